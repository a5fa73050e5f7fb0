"""Invites at work in a room: answered at their time, and told to their end."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bots.bot import (
    BreakoutEntered,
    BreakoutExited,
    BreakoutsGone,
    BreakoutsNamed,
    ClipPlay,
    Drain,
    InviteSettled,
    InviteWindow,
    RunEnded,
)
from bots.errors import BreakoutRefused
from bots.room import (
    BreakoutDestroyed,
    BreakoutError,
    BreakoutInvite,
    DataReceived,
    Joinee,
    ParticipantJoined,
    StreamInfo,
)
from tests.fakes.clock import FakeClock
from tests.fakes.room import FakeRoom
from tests.unit.bot.stage import ANA, TEACHER, Stage, on_stage, rule, spec_of, timeline

START = FakeClock().now()
OPEN = InviteWindow()
LATER = InviteWindow(opens_at=START + timedelta(seconds=30), closes_at=START + timedelta(seconds=60))


def invite(stage: Stage, room_id: str = "br-7", *, is_forced: bool = False) -> None:
    stage.room.push(BreakoutInvite(room_id, "c-teacher", is_forced=is_forced))


def ends(stage: Stage) -> list[str]:
    return [event.end for event in stage.told(InviteSettled)]


async def test_an_invite_in_its_window_is_accepted_at_once_with_role_and_media() -> None:
    window = InviteWindow(role="moderator", canvas=True)
    with capture_logs() as lines:
        async with on_stage(spec_of(role="moderator", invites=(window,)), TEACHER) as stage:
            invite(stage)
            await stage.pass_s()
            expected = (Joinee(role="moderator", room_id="br-7"), StreamInfo(audio=True, canvas=True))
            assert [expected] == stage.room.asked("join_breakout")
            assert ["accepted"] == ends(stage)
            assert [BreakoutEntered(bot_id="helper", room_id="br-7")] == stage.told(BreakoutEntered)
    events = [line["event"] for line in lines if line["event"].startswith(("invite", "breakout"))]
    assert ["invite_received", "invite_decided", "invite_accepted", "breakout_joined", "breakout_left"] == events


async def test_an_early_invite_is_kept_and_accepted_when_its_window_opens() -> None:
    with capture_logs() as lines:
        async with on_stage(spec_of(invites=(LATER,)), TEACHER) as stage:
            await stage.pass_s(10)
            invite(stage)
            await stage.pass_s(19.9)
            assert [] == stage.room.asked("join_breakout")
            await stage.pass_s(0.2)
            assert ["accepted"] == ends(stage)
    assert [20.0] == [line["waited_s"] for line in lines if line["event"] == "breakout_joined"]


async def test_a_late_invite_expires_loudly() -> None:
    with capture_logs() as lines:
        async with on_stage(spec_of(invites=(LATER,)), TEACHER) as stage:
            await stage.pass_s(61)
            invite(stage)
            await stage.pass_s()
            assert ["expired"] == ends(stage)
    assert ["warning"] == [line["log_level"] for line in lines if line["event"] == "invite_expired"]


async def test_a_kept_invite_expires_when_its_breakout_is_closed_or_the_bot_goes() -> None:
    async with on_stage(spec_of(invites=(LATER,)), TEACHER) as stage:
        invite(stage, "br-1")
        await stage.pass_s(1)
        stage.bot.command(BreakoutsGone(room_ids=("br-1",)))
        await stage.pass_s(60)
        assert (["expired"], []) == (ends(stage), stage.room.asked("join_breakout"))
    late = InviteWindow(opens_at=START + timedelta(hours=1))
    async with on_stage(spec_of(invites=(late,)), TEACHER) as stage:
        invite(stage)
        await stage.pass_s(601)
        assert ["expired"] == ends(stage)


async def test_reject_and_ignore_have_their_ends_too() -> None:
    windows = (InviteWindow(room="red", then="reject"), InviteWindow(then="ignore", is_otherwise=True))
    async with on_stage(spec_of(invites=windows), TEACHER) as stage:
        stage.bot.command(BreakoutsNamed(names={"red": "br-1", "blue": "br-2"}))
        invite(stage, "br-1")
        invite(stage, "br-2")
        await stage.pass_s()
        assert [("br-1",)] == stage.room.asked("reject_invite")
        assert ["rejected", "ignored"] == sorted(ends(stage), reverse=True)


async def test_an_invite_waits_a_moment_for_the_name_of_its_breakout() -> None:
    async with on_stage(spec_of(invites=(InviteWindow(room="red"),)), TEACHER) as stage:
        invite(stage)
        await stage.pass_s(1)
        assert [] == ends(stage)
        stage.bot.command(BreakoutsNamed(names={"red": "br-7"}))
        await stage.pass_s()
        assert ["accepted"] == ends(stage)


async def test_a_second_invite_to_the_same_breakout_is_the_same_invite() -> None:
    async with on_stage(spec_of(invites=(LATER,)), TEACHER) as stage:
        invite(stage)
        invite(stage)
        await stage.pass_s(31)
        assert 1 == len(stage.room.asked("join_breakout"))


async def test_a_bot_in_a_breakout_goes_out_of_it_for_the_next() -> None:
    async with on_stage(spec_of(invites=(OPEN,)), TEACHER) as stage:
        invite(stage, "br-1")
        await stage.pass_s()
        invite(stage, "br-2")
        await stage.pass_s()
        assert ["join_breakout", "leave_breakout", "join_breakout"] == [one[0] for one in stage.room.did]


async def test_an_invite_that_comes_on_the_way_out_of_a_breakout_waits_until_the_bot_is_back() -> None:
    async with on_stage(spec_of(invites=(OPEN,)), TEACHER) as stage:
        stage.room.is_returning = True
        invite(stage, "br-2")
        await stage.pass_s()
        assert ["leave_breakout", "join_breakout"] == [one[0] for one in stage.room.did]


async def test_a_refused_join_is_told_with_the_servers_code_and_ends_nothing_else() -> None:
    with capture_logs() as lines:
        async with on_stage(spec_of(invites=(OPEN,)), TEACHER) as stage:
            stage.room.refuses["join_breakout"] = BreakoutRefused("br-7", 1729, "Failed to generate Token")
            invite(stage)
            await stage.pass_s()
            assert ["failed"] == ends(stage)
            assert not stage.life.done()
    failed = [line for line in lines if line["event"] == "breakout_failed"]
    assert [(1729, "Failed to generate Token")] == [(line["result"], line["reason"]) for line in failed]


async def test_an_invite_that_comes_while_the_one_before_fails_is_answered_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage(spec_of(invites=(OPEN,)), TEACHER) as stage:
        join = stage.room.join_breakout

        async def lost(joinee: Joinee, stream_info: StreamInfo) -> FakeRoom:
            await stage.clock.sleep_until(stage.clock.monotonic() + 30)  # the network was gone, and the token with it
            monkeypatch.setattr(stage.room, "join_breakout", join)
            stage.room.push(BreakoutError(joinee.room_id, 1729, "You are not invited to this breakout room."))
            raise BreakoutRefused(joinee.room_id, 1729, "You are not invited to this breakout room.")

        monkeypatch.setattr(stage.room, "join_breakout", lost)
        invite(stage)
        await stage.pass_s(29)
        invite(stage)
        await stage.pass_s(2)
        assert ["failed", "accepted"] == ends(stage)
        assert 1 == len(stage.room.asked("join_breakout"))


async def test_a_forced_invite_is_followed_by_the_room_and_only_told() -> None:
    async with on_stage(spec_of(), TEACHER) as stage:
        invite(stage, is_forced=True)
        await stage.pass_s()
        assert ([], []) == (ends(stage), stage.room.asked("join_breakout"))
        await stage.room.join_breakout(Joinee(room_id="br-7"), StreamInfo())
        await stage.pass_s()
        assert ["accepted"] == ends(stage)


@pytest.mark.parametrize("followed", ["br-2", "br-3"])
async def test_of_several_forced_invites_those_that_are_not_followed_have_an_end_too(followed: str) -> None:
    async with on_stage(spec_of(), TEACHER) as stage:
        for room_id in ("br-1", "br-2", "br-3"):
            invite(stage, room_id, is_forced=True)
        if followed == "br-2":
            await stage.room.join_breakout(Joinee(room_id="br-2"), StreamInfo())  # the third came on the way
            await stage.pass_s()
            assert ["accepted"] == ends(stage)
            await stage.room.leave_breakout()
        stage.room.refuses["join_breakout"] = BreakoutRefused("br-3", 1729, "The breakout room is full.")
        with pytest.raises(BreakoutRefused):
            await stage.room.join_breakout(Joinee(room_id="br-3"), StreamInfo())
        await stage.pass_s()
        settled = [(event.room_id, event.end) for event in stage.told(InviteSettled)]
        assert sorted(settled) == [
            ("br-1", "expired"), ("br-2", "accepted" if followed == "br-2" else "expired"), ("br-3", "failed"),
        ]  # fmt: skip


async def test_a_forced_invite_to_a_breakout_that_is_closed_before_it_is_followed_has_expired() -> None:
    async with on_stage(spec_of(), TEACHER) as stage:
        invite(stage, "br-1", is_forced=True)
        stage.room.push(BreakoutDestroyed("br-1"))
        stage.room.push(BreakoutError("br-1", 1729, "There is no such breakout room."))
        await stage.pass_s()
        assert ["expired"] == ends(stage)


@pytest.mark.parametrize("how", ["forced", "waits", "a rule waits", "a rule goes in", "goes in"])
async def test_an_invite_that_a_drain_cuts_has_its_end(how: str) -> None:
    late = InviteWindow(opens_at=START + timedelta(minutes=5))
    steps: list[object] = [{"accept": "invite"}] if how == "a rule goes in" else [{"wait": "5m"}, {"accept": "invite"}]
    rules = (rule("invited", *steps),) if "rule" in how else ()
    windows = {"waits": (late,), "goes in": (OPEN,)}.get(how, ())
    with capture_logs() as logs:
        async with on_stage(spec_of(rules=rules, invites=windows), TEACHER) as stage:
            if "goes in" in how:
                stage.room.join_takes_s = 60
            invite(stage, is_forced=how == "forced")
            await stage.pass_s(1)
            assert [] == ends(stage)
            stage.bot.command(Drain(within_s=2))
            await stage.pass_s(10)
            assert stage.life.done()
            assert ["expired"] == ends(stage)
    assert ["the bot left"] == [line["reason"] for line in logs if line["event"] == "invite_expired"]


async def test_accepting_an_invite_that_was_forced_meanwhile_changes_nothing() -> None:
    rules = (rule("invited", {"wait": "1s"}, {"accept": "invite"}),)
    async with on_stage(spec_of(rules=rules), TEACHER) as stage:
        invite(stage, is_forced=True)
        await stage.room.join_breakout(Joinee(room_id="br-7"), StreamInfo())
        await stage.pass_s(2)
        assert 1 == len(stage.room.asked("join_breakout"))
        assert ["finished"] == [run.outcome for run in stage.told(RunEnded)]


async def test_a_rule_can_answer_invites_itself() -> None:
    rules = (
        rule(
            "invited",
            {"if": "person.role == 'moderator'", "then": [{"accept": "invite"}], "else": [{"reject": "invite"}]},
        ),
    )
    async with on_stage(spec_of(rules=rules), TEACHER, ANA) as stage:
        stage.room.push(BreakoutInvite("br-1", "c-ana"))
        await stage.pass_s()
        invite(stage, "br-2")
        await stage.pass_s()
        assert ["rejected", "accepted"] == ends(stage)


async def test_a_refusal_to_a_step_fails_its_run() -> None:
    async with on_stage(spec_of(rules=(rule("invited", {"accept": "invite"}),)), TEACHER) as stage:
        stage.room.refuses["join_breakout"] = BreakoutRefused("br-7", 1729, "Failed to generate Token")
        invite(stage)
        await stage.pass_s()
        assert [("failed", True)] == [(event.end, event.in_run) for event in stage.told(InviteSettled)]
        assert ["failed"] == [run.outcome for run in stage.told(RunEnded)]


async def test_sound_goes_where_the_bot_is_and_the_microphone_follows_it() -> None:
    spec = spec_of(
        invites=(OPEN,),
        microphone=ClipPlay(name="chatter", path="chatter.ogg", is_looped=True),
        rules=(rule("breakout_joined", {"play": "hello.wav"}, condition="person.is_me"),),
    )
    async with on_stage(spec, TEACHER) as stage:
        invite(stage)
        await stage.pass_s(5)
        assert stage.room.outgoing is not None
        assert stage.room.breakout is not None
        assert stage.room.breakout.outgoing is not None
        assert [(0.0, "chatter.ogg", True)] == stage.room.outgoing.played
        inside = [(name, loop) for _, name, loop in stage.room.breakout.outgoing.played]
        assert [("hello.wav", False), ("chatter.ogg", True)] == inside[-2:]


async def test_a_moderator_calls_a_bot_back_and_nobody_else_does() -> None:
    async with on_stage(spec_of(invites=(OPEN,)), TEACHER, ANA) as stage:
        invite(stage)
        await stage.pass_s()
        stage.room.push(DataReceived({"bots": "call_back"}, "c-ana", is_private=True))
        await stage.pass_s()
        assert [] == stage.told(BreakoutExited)
        stage.room.push(DataReceived({"bots": "call_back"}, "c-teacher", is_private=True))
        await stage.pass_s()
        assert [BreakoutExited(bot_id="helper", room_id="br-7")] == stage.told(BreakoutExited)


async def test_rules_of_breakouts_fire_inside_and_speak_there() -> None:
    greet = rule("joined", {"say": "Hello {person.name} in {room.name}"}, within="breakouts")
    async with on_stage(spec_of(invites=(OPEN,), rules=(greet,)), TEACHER) as stage:
        stage.bot.command(BreakoutsNamed(names={"red": "br-7"}))
        invite(stage)
        await stage.pass_s()
        breakout = stage.room.breakout
        assert breakout is not None
        breakout.push(ParticipantJoined(ANA))
        await stage.pass_s()
        assert ([("Hello Ana in red", ())], []) == (breakout.asked("say"), stage.room.asked("say"))


async def test_a_timeline_entry_leaves_the_breakout_only() -> None:
    spec = spec_of(invites=(OPEN,), timeline=(timeline(9, {"leave": "breakout"}),))
    async with on_stage(spec, TEACHER) as stage:
        invite(stage)
        await stage.pass_s(9)
        assert [BreakoutExited(bot_id="helper", room_id="br-7")] == stage.told(BreakoutExited)
        assert not stage.life.done()


def hold_answers(stage: Stage) -> asyncio.Event:
    """The room answers a rejection when this is set."""
    answered = asyncio.Event()

    async def reject(room_id: str) -> None:
        stage.room.did.append(("reject_invite", room_id))
        await answered.wait()

    stage.room.reject_invite = reject  # type: ignore[method-assign]
    return answered


async def test_an_invite_that_is_read_together_with_the_answer_about_the_one_before_is_answered() -> None:
    async with on_stage(spec_of(invites=(InviteWindow(then="reject"),)), TEACHER) as stage:
        answered = hold_answers(stage)
        invite(stage)
        await stage.pass_s(1)
        answered.set()
        invite(stage)
        await stage.pass_s()
        assert [("br-7",), ("br-7",)] == stage.room.asked("reject_invite")
        assert ["rejected", "rejected"] == ends(stage)


async def test_an_answered_invite_does_not_expire_too_when_the_end_of_its_breakout_is_read_with_the_answer() -> None:
    async with on_stage(spec_of(invites=(InviteWindow(then="reject"),)), TEACHER) as stage:
        answered = hold_answers(stage)
        invite(stage)
        await stage.pass_s(1)
        answered.set()
        stage.room.push(BreakoutDestroyed("br-7"))
        await stage.pass_s()
        assert ["rejected"] == ends(stage)


async def test_an_accepted_invite_does_not_expire_too_when_the_breakout_ends_as_the_bot_comes_in() -> None:
    async with on_stage(spec_of(invites=(OPEN,)), TEACHER) as stage:
        enter = stage.room.join_breakout

        async def enter_and_see_it_end(joinee: Joinee, stream_info: StreamInfo) -> FakeRoom:
            inside = await enter(joinee, stream_info)
            stage.room.push(BreakoutDestroyed(joinee.room_id))
            await asyncio.sleep(0)
            return inside

        stage.room.join_breakout = enter_and_see_it_end  # type: ignore[method-assign]
        invite(stage)
        await stage.pass_s()
        assert ["accepted"] == ends(stage)


async def test_a_bot_that_goes_follows_no_invite_any_more() -> None:
    async with on_stage(spec_of(invites=(InviteWindow(after_s=(5.0, 5.0)),), listens=True), TEACHER) as stage:
        await stage.pass_s(601)
        assert not stage.life.done()  # it waits for questions about what it heard
        invite(stage)
        await stage.pass_s(30)
        assert (["expired"], []) == (ends(stage), stage.room.asked("join_breakout"))
