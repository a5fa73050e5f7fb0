"""A connection that drops: gone at once, back as itself, with its plan going on; and no leaving while it is needed."""

from itertools import pairwise
from random import Random

from structlog.testing import capture_logs

from bots.bot import (
    BotDropped,
    BotFailed,
    BotJoined,
    BreakoutExited,
    ClipPlay,
    DropRule,
    InviteSettled,
    InviteWindow,
    LeaveRule,
)
from bots.bot.place.drops import drops_of
from bots.room import BreakoutInvite, ChatReceived
from tests.unit.bot.stage import ANA, on_stage, rule, spec_of, timeline

ONCE = DropRule(chance=1.0, every_s=500.0, back_after_s=(10.0, 10.0))
SEED = "13/helper"  # drops once in the middle of the first minute


def first_drop_s() -> float:
    return next(drops_of(ONCE, Random(f"{SEED}/drops")))[0]


def test_drops_come_from_the_seed_and_as_often_as_their_chance() -> None:
    rule = DropRule(chance=0.25, every_s=60.0, back_after_s=(5.0, 20.0))
    drops = drops_of(rule, Random(3))
    found = [next(drops)]
    while found[-1][0] < 60_000:
        found.append(next(drops))
    assert 200 < len(found) < 300
    assert all(5 <= back_s <= 20 for _, back_s in found)
    assert found[0] == next(drops_of(rule, Random(3)))


def test_one_drop_is_over_before_the_next_begins() -> None:
    rule = DropRule(chance=1.0, every_s=10.0, back_after_s=(30.0, 30.0))
    drops = drops_of(rule, Random(1))
    times = [next(drops)[0] for _ in range(50)]
    assert all(later - earlier >= 30 for earlier, later in pairwise(times))


async def test_it_is_gone_and_comes_back_as_itself() -> None:
    with capture_logs() as logs:
        async with on_stage(spec_of(seed=SEED, drops=ONCE), ANA) as stage:
            first = stage.room
            await stage.pass_s(first_drop_s())
            assert (True, [BotDropped(bot_id="helper")]) == (first.is_closed, stage.told(BotDropped))
            await stage.pass_s(9.9)
            assert 1 == len(stage.told(BotJoined))
            await stage.pass_s(0.2)
            assert first is not stage.room
            assert ("helper", False) == (stage.room.participants["me"].user_ref, stage.room.is_closed)
            assert (2, []) == (len(stage.told(BotJoined)), stage.told(BotFailed))
    assert 10.0 == next(line["back_after_s"] for line in logs if line["event"] == "connection_dropped")


async def test_rules_the_timeline_and_the_microphone_go_on_in_the_new_connection() -> None:
    spec = spec_of(
        seed=SEED,
        drops=ONCE,
        microphone=ClipPlay(name="chatter", path="chatter.ogg", is_looped=True),
        timeline=(timeline(1, {"say": "one"}), timeline(150, {"say": "late"}, label="late")),
        rules=(rule("chat", {"say": "answer"}),),
    )
    at_s = first_drop_s()
    async with on_stage(spec, ANA) as stage:
        old = stage.room
        await stage.pass_s(at_s)
        await stage.pass_s(11)
        stage.room.push(ChatReceived("hi", "c-ana", "Ana", is_private=False))
        await stage.pass_s()
        assert ([("one", ())], [("answer", ())]) == (old.asked("say"), stage.room.asked("say"))
        assert stage.room.outgoing is not None
        assert ["chatter.ogg"] == [name for _, name, _ in stage.room.outgoing.played]
        await stage.pass_s(150 - at_s - 11)
        assert [("answer", ()), ("late", ())] == stage.room.asked("say")


async def test_a_drop_ends_the_stay_in_a_breakout_and_what_waits_for_an_answer() -> None:
    async with on_stage(spec_of(seed=SEED, drops=ONCE, invites=(InviteWindow(room="br-1"),)), ANA) as stage:
        await stage.pass_s(1)
        stage.room.push(BreakoutInvite("br-1", "c-ana"))
        await stage.pass_s(3)
        assert stage.room.breakout is not None
        await stage.pass_s(first_drop_s() - 4)
        assert [False] == [exited.is_back for exited in stage.told(BreakoutExited)]
        await stage.pass_s(11)
        assert None is stage.room.breakout
    later = InviteWindow(after_s=(500.0, 500.0))
    async with on_stage(spec_of(seed=SEED, drops=ONCE, invites=(later,)), ANA) as stage:
        stage.room.push(BreakoutInvite("br-1", "c-ana"))
        await stage.pass_s(first_drop_s())
        assert ["expired"] == [settled.end for settled in stage.told(InviteSettled)]


async def test_the_end_of_the_session_does_not_wait_for_a_dropped_bot() -> None:
    never = DropRule(chance=1.0, every_s=100.0, back_after_s=(9999.0, 9999.0))
    async with on_stage(spec_of(drops=never), ANA) as stage:
        await stage.pass_s(601)
        assert stage.life.done()
        assert [] == stage.told(BotFailed)


async def test_a_bot_that_is_needed_does_not_leave_until_it_is_not() -> None:
    async with on_stage(spec_of(leave=LeaveRule(after_s=30.0))) as stage:
        with stage.bot._parts.kit.stay():
            await stage.pass_s(60)
            assert not stage.room.is_closed
        await stage.pass_s(0.1)
        assert stage.room.is_closed
