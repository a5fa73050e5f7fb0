"""From the rotations of a playbook to what a bot needs of them."""

from collections.abc import Sequence

from bots.bot import RotationPlan, Terms, WarningPlan
from bots.fleet.memory import MeetingsOf
from bots.fleet.sounds import clip_play
from bots.playbook import Bot, Play, Playbook, Rotate, Rotation

__all__ = ["rotation_plans"]

RETURN_S = 2.0  # between two rounds at least: a client that comes back cannot be sent on at once
_CAPACITY = 5  # max_active_talkers of EnableX is 6 unless the room says otherwise; breakouts.md section 1, rule 5


def rotation_plans(playbook: Playbook, bot: Bot, met: MeetingsOf) -> dict[str, RotationPlan]:
    """The rotations that a bot can come to, by name.

    Args:
        met: who was with whom in lessons before.
    """
    names = dict.fromkeys(step.plan for step in playbook.steps_of(bot) if isinstance(step, Rotate))
    return {name: _plan(name, playbook, met.get(name, ())) for name in names}


def _plan(name: str, playbook: Playbook, met: Sequence[tuple[str, str, float]]) -> RotationPlan:
    rotation = playbook.rotations[name]
    settings = playbook.room.create
    capacity = _CAPACITY if settings is None else settings.max_active_talkers - 1
    warnings = tuple(
        WarningPlan(say=one.say, sound=None if one.play is None else clip_play(playbook, Play(file=one.play)))
        for one in rotation.warn
    )
    has_sound = any(one.sound is not None for one in warnings)
    is_pairs = rotation.pattern == "pairs" and rotation.rooms is None
    return RotationPlan(
        name=name,
        terms=_terms(rotation, capacity - has_sound),
        pattern="fixed" if rotation.groups is not None else rotation.pattern,
        group_size=2 if is_pairs else rotation.group_size,
        rooms=rotation.rooms,
        groups=rotation.groups,
        names=rotation.names,
        keep_apart=rotation.keep_apart,
        keep_together=rotation.keep_together,
        anchors={person: where - 1 if isinstance(where, int) else where for person, where in rotation.anchors.items()},
        balance=tuple(tuple(one.id for one in playbook.roster if tag in one.tags) for tag in rotation.balance),
        never_alone=rotation.never_alone,
        warnings=warnings,
        capacity=capacity,
        is_forced=rotation.force,
        seed=playbook.seed,
        is_remembered=rotation.memory != "session",
        met=tuple(met),
    )


def _terms(rotation: Rotation, capacity: int) -> Terms:
    half_s = rotation.round_length_s / 2
    return Terms(
        rounds=rotation.rounds,
        length_s=rotation.round_length_s,
        shortest_s=half_s if rotation.shortest_round_s is None else rotation.shortest_round_s,
        gap_s=max(rotation.gap_s, RETURN_S),
        warnings_s=tuple(one.left_s for one in rotation.warn),
        no_show_s=rotation.no_show.after_s,
        then=rotation.no_show.then,
        late=rotation.late,
        at_least=2 if rotation.never_alone else 1,
        capacity=capacity,
    )
