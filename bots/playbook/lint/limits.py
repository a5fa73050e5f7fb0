"""Static checks against what EnableX allows, with the numbers.

Source: breakouts.md section 1 (rules 2, 4, 5, 6) and server-api.md section 4 (moderators 1 to 5).
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from bots.playbook.lint.finding import Finding, loc_of
from bots.playbook.model.playbook import MOST_BREAKOUTS, Playbook
from bots.playbook.model.steps.breakouts import Breakouts, Invite
from bots.playbook.model.steps.moderation import Extend, Floor, Mode
from bots.playbook.values.people import copy_ids
from bots.playbook.values.scalars import format_duration

__all__ = ["check_limits", "modes_of"]

_MOST_MODERATORS = 5
_MOST_TALKERS = 16


def check_limits(playbook: Playbook) -> Iterator[Finding]:
    """Everything that the room server would refuse."""
    yield from _check_seats(playbook)
    modes = modes_of(playbook)
    steps = [step for step in playbook.all_steps() if isinstance(step, Breakouts)]
    for step in steps:
        if step.open is not None:
            yield from _check_opening(step, step.open, playbook, modes)
    names = [name for step in steps for name in step.open or ()]
    if len(set(names)) > MOST_BREAKOUTS and not any(step.close for step in steps):
        last = next(step for step in reversed(steps) if step.open)
        if len(last.open or ()) <= MOST_BREAKOUTS:
            yield _too_many(last, len(set(names)), "this playbook opens")
    yield from _check_invites(playbook)
    yield from _check_floor(playbook, modes)
    yield from _check_duration(playbook)


def _check_opening(step: Breakouts, names: tuple[str, ...], playbook: Playbook, modes: set[str]) -> Iterator[Finding]:
    if len(names) > MOST_BREAKOUTS:
        yield _too_many(step, len(names), "this opens")
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        yield Finding(loc_of(step, "breakouts", "open"), "duplicate-id", f'"{twice[0]}" is opened twice')
    settings = playbook.room.create
    talkers = settings.max_active_talkers if settings else _MOST_TALKERS
    if not 2 <= step.capacity <= talkers - 1:
        why = f"max_active_talkers {talkers}" if settings else f"at most {_MOST_TALKERS} active talkers"
        if talkers > 2:
            message = f"the capacity is {step.capacity}; EnableX allows 2 to {talkers - 1} in a room with {why}"
        else:
            message = f"a room with {why} allows no breakout rooms; they need 3"
        yield Finding(loc_of(step, "breakouts", "capacity"), "enablex-limit", message)
    if settings and "group" not in modes:
        message = f"breakout rooms exist in group mode only, this room has mode {settings.mode}"
        yield Finding(loc_of(step, "breakouts", "open"), "enablex-limit", message)
    if step.video:
        yield Finding(loc_of(step, "breakouts", "video"), "enablex-limit", "EnableX has no video in breakout rooms")


def _too_many(step: Breakouts, count: int, what: str) -> Finding:
    message = f"{what} {count} breakout rooms; EnableX allows {MOST_BREAKOUTS}"
    return Finding(loc_of(step, "breakouts", "open"), "enablex-limit", message)


def _check_floor(playbook: Playbook, modes: set[str]) -> Iterator[Finding]:
    settings = playbook.room.create
    if settings is None or "lecture" in modes:
        return
    message = f"there is a floor in lecture mode only, this room has mode {settings.mode}"
    for step in playbook.all_steps():
        if isinstance(step, Floor):
            yield Finding(loc_of(step), "enablex-limit", message)


def modes_of(playbook: Playbook) -> set[str]:
    """The mode that a room to make has at first, and those that steps give it."""
    first = {playbook.room.create.mode} if playbook.room.create else set()
    return {*first, *(step.mode for step in playbook.all_steps() if isinstance(step, Mode))}


def _check_duration(playbook: Playbook) -> Iterator[Finding]:
    """Does the room end before the session?"""
    duration_s = playbook.room.create.duration_s if playbook.room.create else None
    longest_s = max((entry.length_s for entry in playbook.schedule), default=0.0)
    if duration_s is None or duration_s >= longest_s:
        return
    if not any(isinstance(step, Extend) for step in playbook.all_steps()):
        lasts, ends = format_duration(longest_s), format_duration(duration_s)
        message = f"the session lasts {lasts}, the room sends everybody out after {ends}, and no step extends it"
        yield Finding(("room", "create", "duration"), "enablex-limit", message, "warning")


def _check_seats(playbook: Playbook) -> Iterator[Finding]:
    """Do all bots fit into the room?"""
    moderators = playbook.count_of("moderator")
    participants = playbook.count_of("participant") + playbook.heralds()
    if moderators > _MOST_MODERATORS:
        message = f"{moderators} bots are moderators; EnableX allows {_MOST_MODERATORS} in a room"
        yield Finding(("bots",), "enablex-limit", message, is_about_key=True)
    settings = playbook.room.create
    if settings is None:
        return
    for key, seats, needed in (
        ("moderators", settings.moderators, moderators),
        ("participants", settings.participants, participants),
    ):
        if seats is not None and seats < needed <= (_MOST_MODERATORS if key == "moderators" else needed):
            what = "bots and players into breakouts" if key == "participants" and playbook.heralds() else "bots"
            message = f"{needed} {what} are {key}, the room has place for {seats}"
            yield Finding(("room", "create", key), "too-few-seats", message)


def _check_invites(playbook: Playbook) -> Iterator[Finding]:
    """Are more bots invited at once than fit?"""
    steps = list(playbook.all_steps())
    capacity = {name: step.capacity for step in steps if isinstance(step, Breakouts) for name in step.open or ()}
    sizes, players_each = _sizes(playbook), 1 if playbook.heralds() else 0
    for step in steps:
        if isinstance(step, Invite) and all(name in capacity for name in step.to):
            invited = sum(sizes.get(name, 0) for name in set(step.people))
            players = len(step.to) * players_each
            room = sum(capacity[name] for name in step.to) - players
            if invited > room:
                named = ", ".join(f'"{name}"' for name in step.to)
                message = f"{invited} bots are invited, {named} has a capacity of {room + players}"
                message += ", with a place for the player of sounds in each" if players else ""
                yield Finding(loc_of(step, "invite", "people"), "overfull-breakout", message, "warning")


def _sizes(playbook: Playbook) -> Mapping[str, int]:
    """How many bots each name means: a bot id, the id of a copy, `participants`."""
    sizes = {copy: 1 for bot_id, bot in playbook.bots.items() for copy in copy_ids(bot_id, bot.count)}
    sizes |= {bot_id: bot.count for bot_id, bot in playbook.bots.items()}
    return sizes | {"participants": playbook.count_of("participant")}
