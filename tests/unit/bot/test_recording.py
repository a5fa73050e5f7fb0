"""Recording, putting off the end of the room, and going into a breakout room of one's own: steps and a trigger."""

import pytest
from structlog.testing import capture_logs

from bots.bot import RunEnded
from bots.errors import RequestRefused
from bots.room import Joinee, StreamInfo
from tests.unit.bot.stage import Stage, on_stage, rule, spec_of, timeline

NOTICE = rule("recording", {"say": "This is recorded."}, id="on")
OVER = rule({"recording": "stopped"}, {"say": "No longer."}, id="off")


def outcomes(stage: Stage) -> list[str]:
    return [run.outcome for run in stage.told(RunEnded)]


async def test_the_room_is_recorded_once_however_often_it_is_asked_for() -> None:
    acts = ("start", "start", "stop", "stop")
    entries = tuple(timeline(number, {"record": act}, label=str(number)) for number, act in enumerate(acts, 1))
    async with on_stage(spec_of(role="moderator", timeline=entries)) as stage:
        await stage.pass_s(4)
        assert ([("start_recording",), ("stop_recording",)], ["finished"] * 4) == (stage.room.did, outcomes(stage))


@pytest.mark.parametrize(("result", "expected"), [(1177, "finished"), (1170, "failed")])
async def test_who_was_not_quick_enough_has_not_failed_and_a_room_that_may_not_be_recorded_has(
    result: int, expected: str
) -> None:
    async with on_stage(spec_of(role="moderator", timeline=(timeline(1, {"record": "start"}),))) as stage:
        stage.room.refuses["start_recording"] = RequestRefused("startRecord", result, "no")
        await stage.pass_s(1)
        assert [expected] == outcomes(stage)


async def test_people_are_told_that_they_are_recorded_and_when_no_longer() -> None:
    async with on_stage(spec_of(rules=(NOTICE, OVER))) as stage:
        stage.room.record(is_on=True)
        await stage.pass_s(1)
        assert [("This is recorded.", ())] == stage.room.asked("say")
        stage.room.record(is_on=False)
        await stage.pass_s(1)
        assert ("No longer.", ()) == stage.room.asked("say")[-1]


async def test_the_end_of_the_room_is_put_off() -> None:
    async with on_stage(spec_of(role="moderator", timeline=(timeline(1, {"extend": "room"}),))) as stage:
        with capture_logs() as logs:
            await stage.pass_s(1)
        assert [("extend",)] == stage.room.did
    assert [10] == [line["by_min"] for line in logs if line["event"] == "room_extended"]


async def test_a_bot_goes_into_a_room_that_it_has_opened_and_into_no_other() -> None:
    entries = (
        timeline(1, {"join": "red"}, label="too-soon"),
        timeline(2, {"breakouts": {"open": ["red"]}}, {"join": {"to": "red", "role": "moderator"}}, label="in"),
        timeline(3, {"join": "red"}, label="again"),
    )
    async with on_stage(spec_of(role="moderator", timeline=entries)) as stage:
        with capture_logs() as logs:
            await stage.pass_s(3)
        inside = (Joinee(role="moderator", room_id="br-1"), StreamInfo(audio=True, video=False))
        assert [inside] == stage.room.asked("join_breakout")
        assert ["failed", "finished", "finished"] == outcomes(stage)
    assert [] == [line for line in logs if line["event"] == "invite_accepted"]
