"""Roles in breakouts: who is a participant outside is no moderator inside, or somebody is told."""

from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from bots.bot import InviteWindow, RoleSeen, RoleTold
from bots.errors import RequestRefused
from bots.room import BreakoutInvite, BreakoutJoined, Joinee, Participant, ParticipantJoined, RoleChanged
from tests.unit.bot.stage import ANA, TEACHER, Stage, on_stage, spec_of, timeline

OPEN = timeline(0, {"breakouts": {"open": ["red", "blue"]}})
INSIDE = Participant(client_id="in-ana", name="Ana", role="moderator")
WARNING = ("Ana is a moderator in red and should not be.", ("c-teacher",))


def warnings(stage: Stage) -> list[tuple[str, Sequence[str]]]:
    return [one for one in stage.room.asked("say") if "moderator" in one[0]]


async def enter(stage: Stage) -> None:
    stage.room.push(BreakoutInvite("br-1", "c-teacher"))
    await stage.pass_s()


async def test_a_bot_that_is_a_participant_asks_to_be_one_in_the_breakout_whatever_its_playbook_says() -> None:
    with capture_logs() as lines:
        async with on_stage(spec_of(invites=(InviteWindow(role="moderator"),)), TEACHER) as stage:
            await enter(stage)
            [(joinee, _)] = stage.room.asked("join_breakout")
            assert Joinee(role="participant", room_id="br-1") == joinee
    assert ["participant"] == [line["role"] for line in lines if line["event"] == "role_lowered"]


@pytest.mark.parametrize(("role", "told"), [("moderator", [WARNING]), ("participant", []), ("", [])])
async def test_who_has_opened_a_breakout_warns_the_teachers_of_a_moderator_in_it(
    role: str, told: list[tuple[str, tuple[str, ...]]]
) -> None:
    with capture_logs() as lines:
        async with on_stage(spec_of(role="moderator", timeline=(OPEN,)), TEACHER, ANA) as stage:
            await stage.pass_s(1)
            stage.room.push(BreakoutJoined("c-ana", "br-1", role))
            stage.room.push(BreakoutJoined("c-teacher", "br-1", role))  # who may
            stage.room.push(BreakoutJoined("c-ana", "br-1", role))
            stage.room.push(BreakoutJoined("c-ana", "br-9", role))  # somebody else's breakout
            await stage.pass_s(1)
            assert told == warnings(stage)
    deviations = [(line["breakout"], line["participant"]) for line in lines if line["event"] == "role_deviated"]
    assert [("red", "c-ana")] * len(told) == deviations


async def test_without_a_teacher_the_warning_waits_for_one() -> None:
    async with on_stage(spec_of(role="moderator", timeline=(OPEN,)), ANA) as stage:
        await stage.pass_s(1)
        stage.room.push(BreakoutJoined("c-ana", "br-1", "moderator"))
        await stage.pass_s(1)
        assert [] == warnings(stage)
        stage.room.arrive(TEACHER)
        await stage.pass_s(1)
        assert [WARNING] == warnings(stage)


async def test_a_participant_inside_tells_what_it_sees_and_who_has_opened_the_breakout_warns() -> None:
    async with on_stage(spec_of(invites=(InviteWindow(),)), TEACHER, ANA) as stage:
        await enter(stage)
        stage.room.on_breakout_event(ParticipantJoined(INSIDE))
        stage.room.on_breakout_event(ParticipantJoined(Participant("in-t", "Ms Vega", "moderator")))
        stage.room.on_breakout_event(RoleChanged(INSIDE, "participant"))
        await stage.pass_s()
        seen = stage.told(RoleSeen)
        assert [RoleSeen(bot_id="helper", room_id="br-1", client_id="c-ana")] * 2 == seen
    async with on_stage(spec_of(role="moderator", timeline=(OPEN,)), TEACHER, ANA) as stage:
        await stage.pass_s(1)
        for one in seen:
            stage.bot.command(RoleTold(room_id=one.room_id, client_id=one.client_id))
        await stage.pass_s(1)
        assert [WARNING] == warnings(stage)


async def test_a_moderator_inside_takes_the_role_away_and_nobody_is_warned() -> None:
    with capture_logs() as lines:
        spec = spec_of(role="moderator", timeline=(OPEN,), invites=(InviteWindow(role="moderator"),))
        async with on_stage(spec, TEACHER, ANA) as stage:
            await stage.pass_s(1)
            await enter(stage)
            assert stage.room.breakout is not None
            me = Participant("me-inside", role="moderator", is_me=True)
            stage.room.breakout.participants = {"me-inside": me, "in-ana": INSIDE}
            stage.room.push(BreakoutJoined("c-ana", "br-1", "moderator"))
            stage.room.on_breakout_event(ParticipantJoined(INSIDE))
            await stage.pass_s(1)
            assert [({"in-ana": "participant"},)] == stage.room.breakout.asked("change_roles")
            assert [] == warnings(stage)
            stage.room.breakout.refuses["change_roles"] = RequestRefused("switchUserRole", 4101, "no")
            stage.room.on_breakout_event(ParticipantJoined(INSIDE))
            await stage.pass_s(1)
            assert [WARNING] == warnings(stage)
    told = [line["event"] for line in lines if line["event"].startswith("role_")]
    assert ["role_corrected", "role_kept", "role_deviated"] == told
