"""Steps about breakout rooms: open, close, invite, accept, reject, join, call_back, leave."""

from collections.abc import Sequence

from bots.bot.contract.messages import BreakoutsClosed, BreakoutsOpened
from bots.bot.rules.facts import Person
from bots.bot.rules.outcome import CannotDo
from bots.bot.rules.run import Run
from bots.bot.steps.begun import Begun
from bots.bot.steps.kit import Kit
from bots.bot.waiting import done_within
from bots.errors import RequestRefused
from bots.playbook import Accept, Breakouts, CallBack, Invite, Join, Leave, Reject
from bots.room import BreakoutDefinition

__all__ = [
    "CALL_BACK",
    "CALL_BACK_LINE",
    "accept",
    "call_back",
    "close_own",
    "destroy",
    "invite",
    "invite_to",
    "join",
    "leave",
    "open_or_close",
    "reject",
    "unknown_breakouts",
]

CALL_BACK = {"bots": "call_back"}  # user data that calls one of our bots back to the parent
CALL_BACK_LINE = "Please come back to the main room."
ENDED_WITHIN_S = 1.0  # the news of an end is on its way when the refusal is there
OUT_WITHIN_S = 3.0  # a room that ends breakouts sends everybody out of them at once
BACK_WITHIN_S = 15.0  # nobody can be fetched: who does not come within this time stays away


async def open_or_close(kit: Kit, step: Breakouts, begun: Begun) -> None:
    """Open breakouts under names, or close them; closing brings everybody back.

    What an earlier life has opened or closed of them, stays so.
    """
    is_open = kit.presence.breakout_names
    if step.open is not None:
        names = tuple(name for name in step.open if not (begun.is_again and name in is_open))
        if names:
            await _open(kit, step, names, found=unknown_breakouts(kit, len(names)) if begun.is_again else ())
    elif step.close is not None:
        names = tuple(name for name in step.close if not begun.is_again or name in is_open or name == "all")
        await _close(kit, names)


async def invite(kit: Kit, step: Invite, run: Run, begun: Begun) -> None:
    """Invite people to an open breakout, or share them out over several; ends when the room has sent the invites.

    As they were shared out in an earlier life, they stay; who has gone in since is not invited again.
    """
    room_ids = {name: _id_of(kit, name) for name in step.to}
    people = kit.people(step.people, run)
    if not people:
        raise CannotDo(f"nobody is here to be invited to {', '.join(step.to)}")
    groups = {name: people[number :: len(room_ids)] for number, name in enumerate(room_ids)}
    if begun.detail is None:
        await begun.noted({name: [[one.client_id, one.id] for one in group] for name, group in groups.items()})
    else:
        groups = {name: _same(people, begun.detail[name]) for name in groups}
    for name, room_id in room_ids.items():
        outside = [one for one in groups[name] if kit.presence.away.get(one.client_id) != room_id]
        if outside:
            await invite_to(kit, room_id, outside, force=step.force)


def _same(people: Sequence[Person], known: Sequence[Sequence[str]]) -> tuple[Person, ...]:
    """Those of the people who are known by their connection, or by their id under a new one."""
    clients, ids = {client_id for client_id, _ in known}, {one for _, one in known if one}
    return tuple(person for person in people if person.client_id in clients or person.id in ids)


async def invite_to(kit: Kit, room_id: str, people: Sequence[Person], *, force: bool) -> None:
    """Invite people to a breakout, and tell it."""
    await kit.presence.parent.invite(room_id, [person.client_id for person in people], force=force)
    kit.log.info(
        "breakout_invited",
        breakout_id=room_id,
        breakout=kit.presence.breakout_name(room_id),
        people=[person.pseudonym for person in people],
        is_forced=force,
    )


async def accept(kit: Kit, step: Accept, run: Run) -> None:
    """Follow the invite that fired the rule, or the last one."""
    await kit.invitations.accept(
        _invited_to(kit, run),
        role=step.role,
        audio=step.audio,
        screen=step.screen,
        canvas=step.canvas,
        in_run=True,
    )


async def reject(kit: Kit, step: Reject, run: Run, begun: Begun) -> None:
    """Refuse the invite that fired the rule, or the last one; of an earlier life, there is none left to refuse."""
    del step
    if not begun.is_again:
        await kit.invitations.reject(_invited_to(kit, run))


async def join(kit: Kit, step: Join) -> None:
    """Go into a breakout that the bot has opened or is invited to; from another one it goes out first."""
    await kit.invitations.accept(_id_of(kit, step.to), role=step.role, in_run=True)


async def call_back(kit: Kit, step: CallBack, run: Run) -> None:
    """Call people back: our bots by user data, others by a chat line; ends when they are back."""
    people = [person for person in kit.people(step.people, run) if person.client_id in kit.presence.away]
    await _call(kit, people)
    if not await done_within(kit.clock, _all_back(kit, people), BACK_WITHIN_S):
        missing = [person.pseudonym for person in people if person.client_id in kit.presence.away]
        kit.log.warning("people_missing", people=missing, waited_s=BACK_WITHIN_S)


async def _call(kit: Kit, people: Sequence[Person]) -> None:
    bots = [person.client_id for person in people if person.is_bot]
    others = [person.client_id for person in people if not person.is_bot]
    parent = kit.presence.parent
    if bots:
        await parent.send_data(CALL_BACK, to=bots)
    if others:
        await parent.say(CALL_BACK_LINE, to=others)


async def leave(kit: Kit, step: Leave) -> None:
    """Leave the meeting (the bot's run ends with it), or only the breakout."""
    if step.what == "room":
        kit.leave()
    elif kit.presence.breakout is not None:
        await kit.presence.parent.leave_breakout()


def unknown_breakouts(kit: Kit, count: int) -> Sequence[str]:
    """Empty breakouts that nobody knows, as many as an earlier life asked for, and was killed before it heard of."""
    standing = kit.presence.standing or {}
    unknown = [one for one, who in standing.items() if not who and kit.presence.breakout_name(one) is None]
    return unknown if len(unknown) == count else ()


async def _open(kit: Kit, step: Breakouts, names: tuple[str, ...], *, found: Sequence[str] = ()) -> None:
    taken = [name for name in names if name in kit.presence.breakout_names]
    if taken:
        raise CannotDo(f"a breakout called {taken[0]!r} is open already; close it first")
    room_ids = found or await kit.presence.parent.create_breakouts(
        BreakoutDefinition(
            participants=step.capacity,
            audio=step.audio,
            video=False,
            canvas=step.canvas,
            share=step.screen,
            max_rooms=len(names),
        )
    )
    named = dict(zip(names, room_ids, strict=True))
    kit.presence.name_breakouts(named)
    kit.presence.own_breakouts.update(room_ids)
    kit.changed.ring()
    for name, room_id in named.items():
        kit.log.info("breakout_created", breakout_id=room_id, breakout=name, capacity=step.capacity)
    kit.emit(BreakoutsOpened(bot_id=kit.spec.id, names=named))


async def _close(kit: Kit, names: tuple[str, ...]) -> None:
    is_all = names == ("all",)
    room_ids = sorted(kit.presence.open_breakouts) if is_all else [_id_of(kit, name) for name in names]
    try:
        await destroy(kit, room_ids)
    except RequestRefused:
        if not is_all:
            raise
        await kit.presence.parent.destroy_breakouts()  # one that others had opened is over, and nobody has said so
        _forget(kit, room_ids)


async def close_own(kit: Kit) -> None:
    """Close the breakouts that this bot has opened: whoever is in them comes back before the bot goes.

    Raises:
        RequestRefused: the room does not close them.
    """
    await destroy(kit, sorted(kit.presence.own_breakouts))


async def destroy(kit: Kit, room_ids: Sequence[str]) -> None:
    """Close breakouts; whoever is in them comes back. It is told, and they are forgotten.

    Raises:
        BotsError: the room does not close them.
    """
    if not room_ids:
        return
    await _end(kit, room_ids)
    _forget(kit, room_ids)


def _forget(kit: Kit, room_ids: Sequence[str]) -> None:
    for room_id in room_ids:
        if room_id in kit.presence.open_breakouts:  # otherwise the room has said so, and that was told
            kit.log.info("breakout_destroyed", breakout_id=room_id, breakout=kit.presence.breakout_name(room_id))
        kit.presence.forget_breakout(room_id)
    kit.changed.ring()
    kit.emit(BreakoutsClosed(bot_id=kit.spec.id, room_ids=tuple(room_ids)))


async def _end(kit: Kit, room_ids: Sequence[str]) -> None:
    """Ask the room to end breakouts; one that has ended by itself meanwhile, as the last one left it, is no failure.

    A server that does not know this request of ours grants it and does nothing: whoever is still inside is called back.

    Raises:
        BotsError: the room does not end them.
    """
    try:
        await kit.presence.parent.destroy_breakouts(room_ids)
    except RequestRefused:  # all of them, for one that it does not know any more
        if len(room_ids) > 1:
            for room_id in room_ids:
                await _end(kit, [room_id])
        elif not await done_within(kit.clock, _over(kit, room_ids[0]), ENDED_WITHIN_S):
            raise
    else:
        await _see_out(kit, [one for one in kit.presence.people if kit.presence.away.get(one.client_id) in room_ids])


async def _see_out(kit: Kit, people: list[Person]) -> None:
    """Wait until they have come out, and call those who have not."""
    if not people or await done_within(kit.clock, _all_back(kit, people), OUT_WITHIN_S):
        return
    inside = [person for person in people if person.client_id in kit.presence.away]
    kit.log.warning("breakout_kept", reason=f"the room has granted its end, and {len(inside)} people are still inside")
    try:
        await _call(kit, inside)
    except RequestRefused as refused:
        kit.log.warning("message_not_sent", what="call back", reason=str(refused))


async def _over(kit: Kit, room_id: str) -> None:
    while room_id in kit.presence.open_breakouts:
        await kit.changed.wait()


async def _all_back(kit: Kit, people: list[Person]) -> None:
    while any(person.client_id in kit.presence.away for person in people):
        await kit.changed.wait()


def _id_of(kit: Kit, name: str) -> str:
    room_id = kit.presence.breakout_names.get(name)
    if room_id is None:
        known = ", ".join(sorted(kit.presence.breakout_names)) or "none is open"
        raise CannotDo(f"no open breakout is called {name!r}; open: {known}")
    return room_id


def _invited_to(kit: Kit, run: Run) -> str:
    first = run.firing.first
    room_id = first.invite_room_id if first is not None and first.invite_room_id else kit.invitations.last
    if room_id is None:
        raise CannotDo("no invite has come yet")
    return room_id
