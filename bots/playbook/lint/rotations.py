"""Static checks of rotations: do they fit into the room and into the lesson, and does anybody play them?"""

from collections.abc import Iterator
from itertools import combinations

from bots.playbook.lint.finding import Finding, loc_of
from bots.playbook.lint.limits import modes_of
from bots.playbook.lint.moments import after_start_s
from bots.playbook.model.playbook import MOST_BREAKOUTS, Playbook
from bots.playbook.model.rotations import Rotation
from bots.playbook.model.steps.reach import Reach
from bots.playbook.model.steps.rotate import Rotate
from bots.playbook.model.steps.step import Step
from bots.playbook.values.people import TAG
from bots.playbook.values.scalars import format_duration
from bots.playbook.values.shape import Loc

__all__ = ["check_rotations", "group_names", "people_of"]

_MOST_TALKERS = 16


def check_rotations(playbook: Playbook) -> Iterator[Finding]:
    """Everything about rotations that the room server would refuse, and what cannot be played as it is written."""
    steps = [step for step in playbook.all_steps() if isinstance(step, Rotate)]
    used, modes = {step.plan for step in steps}, modes_of(playbook)
    for name, rotation in playbook.rotations.items():
        if name not in used:
            message = f'no step plays the rotation "{name}"'
            yield Finding(("rotations", name), "unused-rotation", message, "warning", is_about_key=True)
        yield from _check_size(name, rotation, playbook, modes)
        yield from _check_repeats(name, rotation, _people(playbook))
        yield from _check_rules(name, rotation)
        yield from _check_memory(name, rotation, playbook)
    for step in steps:
        rounds = playbook.rotations[step.plan].rounds
        if step.again is not None and step.again > rounds:
            message = f'"{step.plan}" has {rounds} round{"s" if rounds > 1 else ""}, no round-{step.again}'
            yield Finding(loc_of(step, "rotate", "again"), "unknown-rotation", message)
    yield from _check_length(playbook)


def group_names(playbook: Playbook) -> list[str]:
    """What the breakout rooms of all rotations can be called."""
    numbered = [f"Group {number}" for number in range(1, MOST_BREAKOUTS + 1)] if playbook.rotations else []
    return [*numbered, *(name for rotation in playbook.rotations.values() for name in rotation.names)]


def _people(playbook: Playbook) -> int:
    """How many people are known to take part before anybody has come."""
    return sum(entry.role == "participant" for entry in playbook.roster) or playbook.count_of("participant")


def people_of(name: str, rotation: Rotation) -> Iterator[tuple[Loc, tuple[str, ...]]]:
    """Whom the rules of a rotation name, and where; tags as steps write them."""
    for key in ("groups", "keep_apart", "keep_together"):
        for number, group in enumerate(getattr(rotation, key) or ()):
            yield ("rotations", name, key, number), group
    for person, where in rotation.anchors.items():
        yield ("rotations", name, "anchors", person), (person,) if isinstance(where, int) else (person, where)
    for number, tag in enumerate(rotation.balance):
        yield ("rotations", name, "balance", number), (TAG + tag,)


def _check_size(name: str, rotation: Rotation, playbook: Playbook, modes: set[str]) -> Iterator[Finding]:
    settings = playbook.room.create
    if settings is not None and "group" not in modes:
        message = f"breakout rooms exist in group mode only, this room has mode {settings.mode}"
        yield Finding(("rotations", name), "enablex-limit", message, is_about_key=True)
        return
    talkers = _MOST_TALKERS if settings is None else settings.max_active_talkers
    player = 1 if any(one.play for one in rotation.warn) else 0
    if rotation.group_size is not None and rotation.group_size + player > talkers - 1:
        with_player = ", with one place for the player of its sounds" if player else ""
        message = (
            f"groups of {rotation.group_size} do not fit: a breakout room takes max_active_talkers - 1"
            f" = {talkers - 1} people{with_player}"
        )
        yield Finding(("rotations", name, "group_size"), "enablex-limit", message)
    yield from _check_rooms(name, rotation, playbook)


def _check_rooms(name: str, rotation: Rotation, playbook: Playbook) -> Iterator[Finding]:
    if rotation.groups is not None and len(rotation.groups) > MOST_BREAKOUTS:
        message = f"{len(rotation.groups)} rooms needed, EnableX allows {MOST_BREAKOUTS}"
        yield Finding(("rotations", name, "groups"), "enablex-limit", message)
    people = _people(playbook)
    size = 2 if rotation.pattern == "pairs" and rotation.rooms is None else rotation.group_size
    rooms = -(-people // size) if size else 0
    if rooms > MOST_BREAKOUTS:
        message = f"{rooms} rooms needed for {people} people in groups of {size}, EnableX allows {MOST_BREAKOUTS}"
        key = "group_size" if rotation.group_size is not None else "pattern"
        yield Finding(("rotations", name, key), "enablex-limit", message)


def _check_repeats(name: str, rotation: Rotation, people: int) -> Iterator[Finding]:
    """Are there more rounds than anybody has partners? The people are those of the roster, or the bots.

    The formula is true for every size; some sizes allow fewer rounds still, which `bots groups` knows.
    """
    if not people or rotation.groups is not None or rotation.pattern not in ("mix", "pairs"):
        return
    rooms = rotation.rooms or -(-people // (rotation.group_size or 2))
    rooms = min(rooms, people // 2)
    if rooms < 2:
        return  # one group is no mix: such people are there to try the lesson out
    size = people // rooms
    most = (people - 1) // (size - 1)
    if rotation.rounds > most:
        message = (
            f"{people} people in groups of {size} can rotate at most {most} time{'s' if most > 1 else ''} without"
            f" repeats; {rotation.rounds} asked"
        )
        yield Finding(("rotations", name, "rounds"), "forced-repeats", message, "warning")


def _check_rules(name: str, rotation: Rotation) -> Iterator[Finding]:
    """Two people cannot be kept apart and together, and nobody stays in a group that there will never be."""
    most = rotation.rooms or len(rotation.groups or ()) or MOST_BREAKOUTS
    for person, where in rotation.anchors.items():
        if isinstance(where, int) and not 1 <= where <= most:
            message = f'"{person}" is to stay in group {where}; there are at most {most}, from 1'
            yield Finding(("rotations", name, "anchors", person), "impossible", message)
    anchored = [(one, two) for one, two in rotation.anchors.items() if isinstance(two, str)]
    together = {frozenset(pair) for group in (*rotation.keep_together, *anchored) for pair in combinations(group, 2)}
    for number, group in enumerate(rotation.keep_apart):
        for one, two in combinations(group, 2):
            if frozenset((one, two)) in together:
                message = f'"{one}" and "{two}" are to be kept apart, and always together'
                yield Finding(("rotations", name, "keep_apart", number), "impossible", message)


def _check_memory(name: str, rotation: Rotation, playbook: Playbook) -> Iterator[Finding]:
    """Is there anybody to remember, and does a term begin?"""
    if rotation.memory == "session":
        return
    loc: Loc = ("rotations", name, "memory")
    if not playbook.roster and not playbook.count_of("participant"):
        message = "people without an id are not remembered; write a roster, or give each pupil a user_ref"
        yield Finding(loc, "nothing-remembered", message, "warning")
    if rotation.memory == "term" and all(entry.first_day is None for entry in playbook.schedule):
        message = 'a term begins on the day that "from" of the schedule says; without it nothing is ever forgotten'
        yield Finding(loc, "nothing-remembered", message, "warning")


def _check_length(playbook: Playbook) -> Iterator[Finding]:
    """Does a rotation that begins at a moment of the timeline end before the session does?"""
    plans = Reach(playbook.steps, _plan)
    for bot_id, bot in playbook.bots.items():
        for index, entry in enumerate(bot.timeline):
            left = [
                one.length_s - at_s for one in playbook.schedule if (at_s := after_start_s(entry.at, one)) is not None
            ]
            longest = max(plans.of(entry.steps), key=lambda name: playbook.rotations[name].whole_s, default=None)
            if longest is None or not left or not 0 < max(left) < playbook.rotations[longest].whole_s:
                continue
            message = (
                f'"{longest}" needs {format_duration(playbook.rotations[longest].whole_s)},'
                f" {format_duration(max(left))} are left of the session; its rounds will be shorter, or fewer"
            )
            yield Finding(("bots", bot_id, "timeline", index, "at"), "after-end", message, "warning")


def _plan(step: Step) -> tuple[str, ...]:
    return (step.plan,) if isinstance(step, Rotate) and step.again is None else ()
