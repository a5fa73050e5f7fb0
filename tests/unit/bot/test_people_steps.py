"""Steps about people do to people what they say, and say why where they cannot."""

import pytest
from structlog.testing import capture_logs

from bots.bot import RunEnded
from bots.errors import RequestRefused
from bots.room import BreakoutJoined, BreakoutLeft, ChatReceived, Participant
from tests.unit.bot.stage import ANA, LUIS, TEACHER, Stage, on_stage, rule, spec_of, timeline

PUPIL = Participant(client_id="c-p1", name="Pupil 01", user_ref="pupil-01")
OUR_MODERATOR = Participant(client_id="c-p2", name="Pupil 02", user_ref="pupil-02", role="moderator")
OPEN = timeline(1, {"breakouts": {"open": ["red", "blue"]}})


def outcomes(stage: Stage) -> list[str]:
    return [run.outcome for run in stage.told(RunEnded)]


async def test_drop_removes_the_person_of_the_rule() -> None:
    async with on_stage(spec_of(rules=(rule({"chat": "!out"}, {"drop": ["Luis", "moderators"]}),)), LUIS) as stage:
        stage.room.push(ChatReceived("!out", "c-luis", "Luis", is_private=False))
        await stage.pass_s()
        assert [(("c-luis",),)] == stage.room.asked("drop")


async def test_dropping_nobody_asks_the_room_for_nothing() -> None:
    async with on_stage(spec_of(timeline=(timeline(1, {"drop": "moderators"}),)), LUIS) as stage:
        await stage.pass_s(1)
        assert ([], ["finished"]) == (stage.room.asked("drop"), outcomes(stage))


async def test_the_room_is_locked_and_unlocked() -> None:
    async with on_stage(spec_of(timeline=(timeline(1, {"lock": "room"}, "unlock"),))) as stage:
        await stage.pass_s(1)
        assert [("lock",), ("unlock",)] == stage.room.did


async def test_who_dropped_out_of_a_breakout_is_invited_again_under_the_new_connection() -> None:
    back = rule("returned", {"send_back": "person"})
    async with on_stage(spec_of(role="moderator", timeline=(OPEN,), rules=(back,)), ANA, LUIS) as stage:
        await stage.pass_s(1)
        stage.room.push(BreakoutJoined("c-ana", "br-2"))
        await stage.pass_s()
        stage.room.push(BreakoutLeft("c-ana", "br-2"))
        stage.room.depart("c-ana")
        stage.room.arrive(Participant(client_id="c-ana-2", name="Ana"))
        await stage.pass_s()
        assert [("br-2", ("c-ana-2",), False)] == stage.room.asked("invite")


async def test_nobody_is_sent_back_who_is_there_or_was_nowhere() -> None:
    entries = (OPEN, timeline(2, {"send_back": "everyone"}), timeline(3, {"send_back": "Luis"}, label="luis"))
    async with on_stage(spec_of(role="moderator", timeline=entries), ANA, LUIS) as stage:
        await stage.pass_s(1)
        stage.room.push(BreakoutJoined("c-ana", "br-1"))
        await stage.pass_s(2)
        assert ([], ["finished", "failed", "failed"]) == (stage.room.asked("invite"), outcomes(stage))
        assert "nobody of them was in a breakout room that is still open" in str(stage.told(RunEnded)[2].reason)


async def test_sending_back_whoever_is_in_a_breakout_already_is_done_at_once() -> None:
    async with on_stage(
        spec_of(role="moderator", timeline=(OPEN, timeline(2, {"send_back": "everyone"}))), ANA
    ) as stage:
        await stage.pass_s(1)
        stage.room.push(BreakoutJoined("c-ana", "br-1"))
        await stage.pass_s(1)
        assert ([], ["finished", "finished"]) == (stage.room.asked("invite"), outcomes(stage))


HELP = rule("chat", {"tell_teacher": "{person.name}: {message.text}"}, mode="parallel")


async def ask_for_help(stage: Stage) -> None:
    stage.room.push(ChatReceived("help", "c-ana", "Ana", is_private=False))
    await stage.pass_s()


async def test_teachers_are_told_in_private_and_moderator_bots_are_none() -> None:
    async with on_stage(spec_of(rules=(HELP,)), ANA, TEACHER, OUR_MODERATOR) as stage:
        await ask_for_help(stage)
        assert [("Ana: help", ("c-teacher",))] == stage.room.asked("say")


async def test_what_no_teacher_could_read_is_told_to_the_first_who_comes() -> None:
    async with on_stage(spec_of(rules=(HELP,)), ANA) as stage:
        await ask_for_help(stage)
        await ask_for_help(stage)
        stage.room.arrive(OUR_MODERATOR)
        stage.room.arrive(LUIS)
        await stage.pass_s()
        assert [] == stage.room.asked("say")
        stage.room.arrive(TEACHER)
        await stage.pass_s()
        stage.room.arrive(Participant(client_id="c-late", name="Ms Late", role="moderator"))
        await stage.pass_s()
        assert [("Ana: help", ("c-teacher",))] * 2 == stage.room.asked("say")


async def test_a_line_that_could_not_be_told_waits_for_the_next_teacher() -> None:
    async with on_stage(spec_of(rules=(HELP,)), ANA) as stage:
        await ask_for_help(stage)
        stage.room.refuses["say"] = RequestRefused("say", 1163, "lost")
        stage.room.arrive(TEACHER)
        await stage.pass_s()
        del stage.room.refuses["say"]
        stage.room.arrive(Participant(client_id="c-late", name="Ms Late", role="moderator"))
        await stage.pass_s()
        assert [("Ana: help", ("c-late",))] == stage.room.asked("say")


@pytest.mark.parametrize(("teachers", "expected"), [((), ["teacher_awaited", "teacher_missed"]), ((TEACHER,), [])])
async def test_a_line_that_nobody_came_for_is_reported(teachers: tuple[Participant, ...], expected: list[str]) -> None:
    with capture_logs() as logs:
        async with on_stage(spec_of(rules=(HELP,)), ANA, *teachers) as stage:
            await ask_for_help(stage)
    assert expected == [line["event"] for line in logs if line["log_level"] == "warning"]
