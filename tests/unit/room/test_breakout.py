"""The state table of breakout rooms, and the way in and back."""

import asyncio
from dataclasses import dataclass, field
from random import Random

import pytest

from bots.errors import BreakoutRefused, JoinRefused, RequestRefused
from bots.room import (
    BreakoutConnected,
    BreakoutDisconnected,
    BreakoutError,
    BreakoutInvite,
    Joinee,
    RoomEvent,
    StreamInfo,
)
from bots.room.breakout import BreakoutState, BreakoutTable, BreakoutWay
from bots.room.reconnect import Entry
from bots.wire import Answer, JoinBreakout, Request

GRANTED = Answer(0, "", {"result": 0, "token": "T"})


@dataclass
class FakeParent:
    """A parent room in memory: keeps what was done, answers what it was told to."""

    answer: Answer = GRANTED
    is_closed: bool = False
    refuses_pause: bool = False
    refuses_resume: bool = False
    enter_error: Exception | None = None
    enter_errors: list[Exception] = field(default_factory=list)
    entry: Entry | None = None
    resumes: asyncio.Event | None = None
    steps: list[str] = field(default_factory=list)
    events: list[RoomEvent] = field(default_factory=list)

    async def request(self, request: Request) -> Answer:
        self.steps.append(request.event)
        assert isinstance(request, JoinBreakout)
        return self.answer

    async def pause(self) -> None:
        self.steps.append("pause")
        if self.refuses_pause:
            raise RequestRefused("muteRoom", 1155, "no")

    async def resume(self) -> None:
        self.steps.append("resume")
        if self.refuses_resume:
            raise RequestRefused("unMuteRoom", 1155, "no")
        if self.resumes is not None:
            await self.resumes.wait()
            self.steps.append("resumed")

    def emit(self, event: RoomEvent) -> None:
        self.events.append(event)

    async def enter(self, token: str, joinee: Joinee, *, has_audio: bool) -> BreakoutConnected:
        self.steps.append(f"enter {token} {has_audio}")
        if self.enter_errors:
            raise self.enter_errors.pop(0)
        if self.enter_error is not None:
            raise self.enter_error
        await asyncio.sleep(0)
        return BreakoutConnected("b", "Red", {"name": "Red"})

    def first_entry(self) -> Entry | None:
        return self.entry

    async def pass_time(self, lasts_s: float) -> None:
        self.steps.append("wait")

    def follow(self) -> None:
        self.steps.append("follow")


def state_of(table: BreakoutTable) -> BreakoutState:
    """Asked anew each time; a type checker would believe that a property stays as it was."""
    return table.state


def invited(parent: FakeParent, *room_ids: str) -> tuple[BreakoutWay, BreakoutTable]:
    table = BreakoutTable()
    for room_id in room_ids:
        table.invite(BreakoutInvite(room_id, "c-2"))
    return BreakoutWay(parent, table), table


async def test_a_join_pauses_the_parent_asks_and_enters() -> None:
    parent = FakeParent()
    way, table = invited(parent, "b")
    assert BreakoutState.INVITED == state_of(table)
    await way.join(Joinee(room_id="b"), StreamInfo())
    assert ["pause", "join-breakout-room", "enter T True"] == parent.steps
    assert [BreakoutConnected("b", "Red", {"name": "Red"})] == parent.events
    assert BreakoutState.INSIDE == state_of(table)
    assert {} == table.invites


async def test_coming_back_resumes_the_parent_and_is_told() -> None:
    parent = FakeParent()
    way, table = invited(parent, "b")
    await way.join(Joinee(room_id="b"), StreamInfo())
    await way.come_back()
    await way.come_back()
    assert "resume" == parent.steps[-1]
    assert 1 == parent.steps.count("resume")
    assert BreakoutDisconnected("b") == parent.events[-1]
    assert BreakoutState.PARENT == state_of(table)


async def test_a_listener_enters_without_audio() -> None:
    parent = FakeParent()
    way, _ = invited(parent, "b")
    await way.join(Joinee(room_id="b"), StreamInfo(audio=False, video=True))
    assert "enter T False" in parent.steps


async def test_the_bare_token_of_old_servers_is_taken() -> None:
    parent = FakeParent(answer=Answer(0, "", "OLD"))
    way, _ = invited(parent, "b")
    await way.join(Joinee(room_id="b"), StreamInfo())
    assert "enter OLD True" in parent.steps


async def test_the_servers_own_refusal_reaches_the_event_unchanged_and_the_parent_is_resumed() -> None:
    parent = FakeParent(answer=Answer(1729, "Failed to generate Token", {}))
    way, table = invited(parent, "b")
    with pytest.raises(BreakoutRefused) as caught:
        await way.join(Joinee(room_id="b"), StreamInfo())
    assert (1729, "Failed to generate Token") == (caught.value.result, caught.value.reason)
    assert [BreakoutError("b", 1729, "Failed to generate Token")] == parent.events
    assert "resume" == parent.steps[-1]
    assert BreakoutState.INVITED == state_of(table)  # an invitation survives a failed join


async def test_a_network_failure_on_the_way_in_is_tried_again_with_another_token() -> None:
    parent = FakeParent(
        entry=Entry(Random(1)),
        enter_errors=[
            JoinRefused("b", 1163, "lost", retryable=True),
            JoinRefused("b", 4118, "the token has been used"),
        ],
    )
    way, table = invited(parent, "b")
    await way.join(Joinee(room_id="b"), StreamInfo())
    ask = ["join-breakout-room", "enter T True"]
    assert ["pause", *ask, "wait", *ask, "wait", *ask] == parent.steps
    assert BreakoutState.INSIDE == state_of(table)


async def test_a_refusal_on_the_way_in_is_final() -> None:
    parent = FakeParent(entry=Entry(Random(1)), enter_errors=[JoinRefused("b", 4118, "the token has been used")])
    way, _ = invited(parent, "b")
    with pytest.raises(BreakoutRefused, match="used"):
        await way.join(Joinee(room_id="b"), StreamInfo())
    assert "wait" not in parent.steps


@pytest.mark.parametrize(
    "parent",
    [
        FakeParent(refuses_pause=True),
        FakeParent(answer=Answer(0, "", {"result": 0})),
        FakeParent(enter_error=JoinRefused("b", 4118, "expired")),
        FakeParent(enter_error=RequestRefused("publish", 1163, "lost"), refuses_resume=True),
    ],
)
async def test_whatever_fails_the_bot_is_back_in_the_parent(parent: FakeParent) -> None:
    way, table = invited(parent, "b")
    with pytest.raises(BreakoutRefused):
        await way.join(Joinee(room_id="b"), StreamInfo())
    assert [BreakoutError] == [type(event) for event in parent.events]
    assert "resume" == parent.steps[-1]
    assert "" == table.away_refusal()


@pytest.mark.parametrize(
    ("joinee", "result"),
    [
        (Joinee(room_id="", role="participant"), 1155),
        (Joinee(room_id="b", role="teacher"), 1155),
        (Joinee(room_id="never invited"), 1729),
    ],
)
async def test_a_local_refusal_sends_nothing_and_is_told(joinee: Joinee, result: int) -> None:
    parent = FakeParent()
    way, table = invited(parent, "b")
    with pytest.raises(BreakoutRefused):
        await way.join(joinee, StreamInfo())
    assert [] == parent.steps
    assert [(joinee.room_id, result)] == [(e.room_id, e.result) for e in parent.events if isinstance(e, BreakoutError)]
    assert BreakoutState.INVITED == state_of(table)


async def test_without_the_parent_nothing_is_joined() -> None:
    parent = FakeParent(is_closed=True)
    way, _ = invited(parent, "b")
    with pytest.raises(BreakoutRefused):
        await way.join(Joinee(room_id="b"), StreamInfo())
    assert [] == parent.steps
    assert 1171 == parent.events[0].result  # type: ignore[attr-defined]  # a BreakoutError


async def test_one_breakout_at_a_time() -> None:
    parent = FakeParent()
    way, table = invited(parent, "b", "d")
    first = asyncio.create_task(way.join(Joinee(room_id="b"), StreamInfo()))
    await asyncio.sleep(0)
    assert BreakoutState.JOINING == state_of(table)
    with pytest.raises(BreakoutRefused, match="already joining"):
        await way.join(Joinee(room_id="d"), StreamInfo())
    await first
    with pytest.raises(BreakoutRefused, match="leave it first"):
        await way.join(Joinee(room_id="d"), StreamInfo())
    assert 1 == parent.steps.count("join-breakout-room")


async def test_a_second_join_waits_until_the_parent_is_resumed() -> None:
    table = BreakoutTable()
    table.invite(BreakoutInvite("b", "c-2"))
    table.begin(Joinee(room_id="b"))
    table.succeeded()
    table.returning()
    table.invite(BreakoutInvite("d", "c-2"))
    with pytest.raises(BreakoutRefused, match="on the way back"):
        table.begin(Joinee(room_id="d"))
    table.returned()
    table.begin(Joinee(room_id="d"))


def test_the_creator_needs_no_invite() -> None:
    table = BreakoutTable()
    table.created("b")
    table.begin(Joinee(room_id="b", role="moderator"))
    assert BreakoutState.JOINING == state_of(table)


def test_several_invites_are_kept_until_rejected_destroyed_or_used() -> None:
    table = BreakoutTable()
    for room_id in ("a", "b", "c"):
        assert not table.invite(BreakoutInvite(room_id, "c-2"))
    table.rejected("a")
    table.destroyed("b")
    assert ["c"] == list(table.invites)


def test_a_forced_invite_is_followed_only_from_the_parent() -> None:
    table = BreakoutTable()
    assert "follow" == table.invite(BreakoutInvite("b", "c-2", is_forced=True))
    table.begin(Joinee(room_id="b"))
    assert table.invite(BreakoutInvite("d", "c-2", is_forced=True)) is None
    assert "" == table.following()


def test_of_two_forced_invites_in_one_go_the_latest_is_followed_once() -> None:
    table = BreakoutTable()
    assert "follow" == table.invite(BreakoutInvite("b", "c-2", is_forced=True))
    assert table.invite(BreakoutInvite("d", "c-2", is_forced=True)) is None
    assert ["d", ""] == [table.following(), table.following()]
    assert "follow" == table.invite(BreakoutInvite("b", "c-2", is_forced=True))


@pytest.mark.parametrize("succeeds", [True, False])
async def test_a_forced_invite_on_the_way_into_another_breakout_is_followed_after_it(succeeds: bool) -> None:
    parent = FakeParent(enter_error=None if succeeds else JoinRefused("b", 1, "no"))
    way, table = invited(parent, "b")
    joining = asyncio.create_task(way.join(Joinee(room_id="b"), StreamInfo()))
    await asyncio.sleep(0)
    assert table.invite(BreakoutInvite("d", "c-2", is_forced=True)) is None
    await asyncio.gather(joining, return_exceptions=True)
    assert succeeds == table.is_called_on
    if succeeds:
        assert "" == table.following()
        await way.come_back()
    assert ["resume", "follow"] == parent.steps[-2:]
    assert "d" == table.following()


def test_the_last_of_the_forced_invites_may_be_that_into_the_breakout_which_is_being_joined() -> None:
    table = BreakoutTable()
    for room_id in ("b", "d"):
        table.invite(BreakoutInvite(room_id, "c-2"))
    table.begin(Joinee(room_id="b"))
    for room_id in ("d", "b"):
        table.invite(BreakoutInvite(room_id, "c-2", is_forced=True))
    table.succeeded()
    assert not table.is_called_on


async def test_a_forced_invite_into_another_breakout_leads_out_of_this_one_first() -> None:
    parent = FakeParent()
    way, table = await inside(parent)
    assert "leave" == table.invite(BreakoutInvite("d", "c-2", is_forced=True))
    assert table.invite(BreakoutInvite("b", "c-2", is_forced=True)) is None, "it is on its way out, and comes again"
    await way.come_back()
    assert "b" == table.following()


async def inside(parent: FakeParent) -> tuple[BreakoutWay, BreakoutTable]:
    way, table = invited(parent, "b")
    await way.join(Joinee(room_id="b"), StreamInfo())
    return way, table


async def test_a_forced_invite_into_the_breakout_that_was_lost_is_followed_from_the_parent() -> None:
    parent = FakeParent()
    way, table = await inside(parent)
    assert table.invite(BreakoutInvite("b", "c-2", is_forced=True), is_lost=True) is None
    await way.come_back()
    assert (["resume", "follow"], "b") == (parent.steps[-2:], table.following())


async def test_a_forced_invite_on_the_way_back_is_followed_on_arrival() -> None:
    _, table = await inside(FakeParent())
    table.returning()
    assert table.invite(BreakoutInvite("d", "c-2", is_forced=True)) is None
    assert (True, "d") == (table.returned(), table.following())
    assert (False, "") == (table.returned(), table.following())  # once


async def joining_another_after_the_end(parent: FakeParent) -> tuple[BreakoutWay, BreakoutTable, asyncio.Task[None]]:
    """The breakout "b" has ended, the way back has not begun, and the bot is on its way into "d"."""
    way, table = await inside(parent)
    table.invite(BreakoutInvite("d", "c-2"))
    way.turn_back()
    joining = asyncio.create_task(way.join(Joinee(room_id="d"), StreamInfo()))
    await asyncio.sleep(0)
    return way, table, joining


async def test_a_join_after_the_breakout_has_ended_goes_on_when_the_parent_is_resumed() -> None:
    parent = FakeParent()
    way, table, joining = await joining_another_after_the_end(parent)
    assert "b" == table.room_id
    await way.come_back()
    await joining
    assert ["resume", "pause", "join-breakout-room", "enter T True"] == parent.steps[-4:]
    assert [] == [event for event in parent.events if isinstance(event, BreakoutError)]


async def test_a_join_on_a_way_back_that_ends_with_the_parent_is_refused() -> None:
    parent = FakeParent()
    way, _, joining = await joining_another_after_the_end(parent)
    parent.is_closed = True
    way.give_up()
    with pytest.raises(BreakoutRefused, match="not connected"):
        await joining


async def test_a_forced_invite_after_the_breakout_has_ended_is_followed_on_arrival() -> None:
    parent = FakeParent()
    way, table = await inside(parent)
    assert table.invite(BreakoutInvite("d", "c-2", is_forced=True), is_over=True) is None
    await way.come_back()
    assert (["resume", "follow"], "d") == (parent.steps[-2:], table.following())


@pytest.mark.parametrize("ended", ["destroyed", "rejected"])
async def test_a_forced_invite_that_ended_meanwhile_is_not_followed(ended: str) -> None:
    _, table = await inside(FakeParent())
    table.returning()
    table.invite(BreakoutInvite("d", "c-2", is_forced=True))
    getattr(table, ended)("d")
    assert not table.returned()


async def test_who_leaves_a_breakout_that_stands_is_not_called_back_by_an_older_invite() -> None:
    parent = FakeParent()
    way, table = await inside(parent)
    table.invite(BreakoutInvite("b", "c-2", is_forced=True), is_lost=False)
    await way.come_back()
    assert "resume" == parent.steps[-1]


async def test_a_cancelled_join_resumes_the_parent() -> None:
    parent = FakeParent()
    way, table = invited(parent, "b")
    joining = asyncio.create_task(way.join(Joinee(room_id="b"), StreamInfo()))
    await asyncio.sleep(0)
    joining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await joining
    assert "resume" == parent.steps[-1]
    assert BreakoutState.INVITED == state_of(table)


async def test_who_is_cancelled_on_the_way_back_resumes_the_parent_all_the_same() -> None:
    resumes = asyncio.Event()
    parent = FakeParent(answer=Answer(1729, "Failed to generate Token", {}), resumes=resumes)
    way, table = invited(parent, "b")
    joining = asyncio.create_task(way.join(Joinee(room_id="b"), StreamInfo()))
    while "resume" not in parent.steps:
        await asyncio.sleep(0)
    joining.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    resumes.set()
    with pytest.raises(asyncio.CancelledError):
        await joining
    await way.wait_resumed()
    assert "resumed" == parent.steps[-1]
    assert BreakoutState.INVITED == state_of(table)


async def test_a_token_that_comes_together_with_the_end_of_the_parent_is_not_used() -> None:
    class EndingParent(FakeParent):
        async def request(self, request: Request) -> Answer:
            self.is_closed = True
            return await super().request(request)

    parent = EndingParent()
    way, table = invited(parent, "b")
    with pytest.raises(BreakoutRefused) as caught:
        await way.join(Joinee(room_id="b"), StreamInfo())
    assert 1171 == caught.value.result
    assert ["pause", "join-breakout-room"] == parent.steps
    assert BreakoutState.INVITED == state_of(table)
