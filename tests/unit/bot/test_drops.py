"""A connection that drops: gone at once, back as itself, with its plan going on; and no leaving while it is needed."""

from itertools import pairwise
from random import Random

from structlog.testing import capture_logs

from bots.bot import (
    BotAway,
    BotBack,
    BotFailed,
    BotJoined,
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


async def test_it_is_gone_and_comes_back_in_place() -> None:
    with capture_logs() as logs:
        async with on_stage(spec_of(seed=SEED, drops=ONCE), ANA) as stage:
            room = stage.room
            await stage.pass_s(first_drop_s())
            assert [BotAway(bot_id="helper", room_id="main")] == stage.told(BotAway)
            await stage.pass_s(9.9)
            assert [] == stage.told(BotBack)
            await stage.pass_s(0.2)
            assert [BotBack(bot_id="helper", room_id="main")] == stage.told(BotBack)
            assert (room, False) == (stage.room, room.is_closed)
            assert (1, []) == (len(stage.told(BotJoined)), stage.told(BotFailed))
    events = {line["event"]: line for line in logs}
    assert 10.0 == events["connection_dropped"]["back_after_s"]
    assert ("cut", None) == (events["connection_lost"]["reason"], events["connection_lost"]["breakout_id"])
    restored = events["connection_restored"]
    assert (10.0, 1, True) == (restored["away_s"], restored["tries"], restored["is_resumed"])


async def test_rules_the_timeline_and_the_microphone_go_on() -> None:
    spec = spec_of(
        seed=SEED,
        drops=ONCE,
        microphone=ClipPlay(name="chatter", path="chatter.ogg", is_looped=True),
        timeline=(timeline(1, {"say": "one"}), timeline(150, {"say": "late"}, label="late")),
        rules=(
            rule("chat", {"say": "answer"}, id="chat"),
            rule("connection_lost", {"log": "lost"}, id="lost"),
            rule("connection_restored", {"say": "back"}, id="back"),
        ),
    )
    at_s = first_drop_s()
    with capture_logs() as logs:
        async with on_stage(spec, ANA) as stage:
            await stage.pass_s(at_s)
            await stage.pass_s(11)
            stage.room.push(ChatReceived("hi", "c-ana", "Ana", is_private=False))
            await stage.pass_s(150 - at_s - 11)
            assert [("one", ()), ("back", ()), ("answer", ()), ("late", ())] == stage.room.asked("say")
            assert stage.room.outgoing is not None
            assert ["chatter.ogg"] == [name for _, name, _ in stage.room.outgoing.played]
    assert ["lost"] == [line["text"] for line in logs if line["event"] == "note_logged"]


async def test_a_loss_in_a_breakout_is_told_of_both_rooms_and_fires_where_the_rule_says() -> None:
    spec = spec_of(
        seed=SEED,
        drops=ONCE,
        invites=(InviteWindow(room="br-1"),),
        rules=(
            rule("connection_restored", {"log": "main"}, id="main"),
            rule("connection_restored", {"log": "breakout"}, id="breakout", within="breakouts"),
        ),
    )
    with capture_logs() as logs:
        async with on_stage(spec, ANA) as stage:
            await stage.pass_s(1)
            stage.room.push(BreakoutInvite("br-1", "c-ana"))
            await stage.pass_s(3)
            breakout = stage.room.breakout
            assert breakout is not None
            await stage.pass_s(first_drop_s() - 4)
            assert ["br-1", "main"] == [away.room_id for away in stage.told(BotAway)]
            await stage.pass_s(11)
            assert breakout is stage.room.breakout
    assert ["breakout", "main"] == [line["text"] for line in logs if line["event"] == "note_logged"]


async def test_an_invite_that_waits_is_over_when_the_server_has_forgotten_the_bot() -> None:
    later = InviteWindow(after_s=(500.0, 500.0))
    for is_resumed in (True, False):
        async with on_stage(spec_of(invites=(later,)), ANA) as stage:
            stage.room.push(BreakoutInvite("br-1", "c-ana"))
            await stage.pass_s(1)
            stage.room.lose()
            await stage.pass_s(1)
            stage.room.come_back(1.0, is_resumed=is_resumed)
            await stage.pass_s(1)
            assert ([] if is_resumed else ["expired"]) == [settled.end for settled in stage.told(InviteSettled)]


async def test_a_sound_that_is_due_while_the_connection_is_lost_waits_for_it() -> None:
    spec = spec_of(timeline=(timeline(10, {"play": "bell.ogg"}),))
    async with on_stage(spec, ANA) as stage:
        stage.room.lose()
        await stage.pass_s(20)
        assert stage.room.outgoing is not None
        assert [] == stage.room.outgoing.played
        stage.room.come_back(20.0)
        await stage.pass_s(0)
        assert ["bell.ogg"] == [name for _, name, _ in stage.room.outgoing.played]


async def test_the_end_of_the_session_does_not_wait_for_a_dropped_bot() -> None:
    never = DropRule(chance=1.0, every_s=100.0, back_after_s=(9999.0, 9999.0))
    async with on_stage(spec_of(drops=never), ANA) as stage:
        await stage.pass_s(601)
        assert stage.life.done()
        assert [] == stage.told(BotFailed)


async def test_a_connection_that_is_not_back_by_the_end_is_a_failure() -> None:
    async with on_stage(spec_of(), ANA) as stage:
        await stage.pass_s(590)
        stage.room.lose()
        await stage.pass_s(30)
        assert stage.life.done()
        assert ["room"] == [failed.stage for failed in stage.told(BotFailed)]


async def test_a_bot_that_is_needed_does_not_leave_until_it_is_not() -> None:
    async with on_stage(spec_of(leave=LeaveRule(after_s=30.0))) as stage:
        with stage.bot._parts.kit.stay():
            await stage.pass_s(60)
            assert not stage.room.is_closed
        await stage.pass_s(0.1)
        assert stage.room.is_closed
