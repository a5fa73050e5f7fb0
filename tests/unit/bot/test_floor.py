"""The floor of a lecture and roles, as steps: the room is asked how it stands, and what is missing is done."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from bots.bot import RunEnded
from bots.errors import RequestRefused
from bots.room import FloorChanged
from tests.unit.bot.stage import ANA, LUIS, Stage, on_stage, rule, spec_of, timeline


def outcomes(stage: Stage) -> list[str]:
    return [run.outcome for run in stage.told(RunEnded)]


def lecture(stage: Stage) -> None:
    stage.room.mode = "lecture"


async def performed(*steps: Any) -> Stage:
    """A participant in a lecture has done these steps, one a second."""
    entries = tuple(timeline(number + 1, step, label=str(number)) for number, step in enumerate(steps))
    async with on_stage(spec_of(timeline=entries)) as stage:
        lecture(stage)
        await stage.pass_s(len(steps))
    return stage


async def test_the_floor_is_asked_for_once_and_that_can_be_taken_back() -> None:
    stage = await performed({"floor": "request"}, {"floor": "request"}, {"floor": "cancel"}, {"floor": "cancel"})
    assert [("requested",), ("cancelled",)] == stage.room.asked("take_floor_step")


async def test_an_offer_is_taken_and_the_floor_given_back() -> None:
    entries = (timeline(1, {"floor": "request"}), timeline(2, {"floor": "release"}, label="b"))
    async with on_stage(spec_of(timeline=entries)) as stage:
        lecture(stage)
        stage.room.floor.moved("invited", stage.room.participants["me"])
        await stage.pass_s(3)
        assert [("accepted",), ("finished",)] == stage.room.asked("take_floor_step")


async def test_there_is_no_floor_outside_a_lecture() -> None:
    async with on_stage(spec_of(timeline=(timeline(1, {"floor": "request"}),))) as stage:
        with capture_logs() as logs:
            await stage.pass_s(1)
        assert (["failed"], []) == (outcomes(stage), stage.room.did)
    [reason] = [line["reason"] for line in logs if line["event"] == "step_finished"]
    assert "there is a floor in lecture mode only; this room has mode group" == reason


async def test_an_offer_is_rejected_and_no_offer_is_not() -> None:
    entries = (timeline(1, {"floor": "reject"}), timeline(2, {"floor": "reject"}, label="b"))
    async with on_stage(spec_of(timeline=entries)) as stage:
        lecture(stage)
        stage.room.floor.moved("invited", stage.room.participants["me"])
        await stage.pass_s(3)
        assert [("rejected",)] == stage.room.asked("take_floor_step")


async def test_a_moderator_opens_the_floor_and_closes_it_once_each() -> None:
    steps = ("open", "open", "close", "close")
    entries = tuple(timeline(n + 1, {"floor": act}, label=str(n)) for n, act in enumerate(steps))
    async with on_stage(spec_of(role="moderator", timeline=entries)) as stage:
        lecture(stage)
        await stage.pass_s(5)
        assert [(True,), (False,)] == stage.room.asked("open_floor")


async def test_the_room_is_made_a_lecture_and_a_group_again_and_nobody_knocks() -> None:
    steps: tuple[dict[str, str], ...] = ({"mode": "lecture"}, {"mode": "lecture"}, {"mode": "group"}, {"knock": "off"})
    entries = tuple(timeline(n + 1, step, label=str(n)) for n, step in enumerate(steps))
    async with on_stage(spec_of(role="moderator", timeline=entries)) as stage:
        with capture_logs() as logs:
            await stage.pass_s(5)
        assert [("switch_mode", "lecture"), ("switch_mode", "group"), ("set_knock", False)] == stage.room.did
    assert ["lecture", "group"] == [line["mode"] for line in logs if line["event"] == "mode_switched"]
    assert ["off"] == [line["act"] for line in logs if line["event"] == "knock_switched"]


async def test_people_are_pinned_and_put_into_the_spotlight_and_taken_out_again_once_each() -> None:
    steps: tuple[Any, ...] = (
        {"pin": "Ana"}, {"pin": "Ana"}, {"spotlight": "everyone"}, {"pin": {"end": "Ana"}},
        {"spotlight": {"end": "Luis"}},
    )  # fmt: skip
    entries = tuple(timeline(n + 1, step, label=str(n)) for n, step in enumerate(steps))
    async with on_stage(spec_of(role="moderator", timeline=entries), ANA, LUIS) as stage:
        with capture_logs() as logs:
            await stage.pass_s(6)
        assert [(("c-ana",), True), (("c-ana",), False)] == stage.room.asked("pin")
        assert [(("c-ana", "c-luis"), True), (("c-luis",), False)] == stage.room.asked("spotlight")
    assert 4 == len([line for line in logs if line["event"] == "people_shown"])


DECISIONS = (
    rule("hand_raised", {"floor": {"grant": "person"}}, id="ana", condition="person.name == 'Ana'"),
    rule("hand_raised", {"floor": {"deny": "person"}}, id="others", condition="person.name != 'Ana'"),
)


async def test_a_moderator_grants_and_denies_who_asks() -> None:
    async with on_stage(spec_of(role="moderator", rules=DECISIONS), ANA, LUIS) as stage:
        lecture(stage)
        stage.room.raise_hand(ANA)
        stage.room.raise_hand(LUIS)
        await stage.pass_s()
        assert [("c-ana", "granted"), ("c-luis", "denied")] == stage.room.asked("decide_floor")


async def test_a_hand_that_goes_down_fires_nothing() -> None:
    async with on_stage(spec_of(role="moderator", rules=DECISIONS), ANA) as stage:
        lecture(stage)
        stage.room.push(FloorChanged("cancelled", ANA))
        await stage.pass_s()
        assert [] == stage.room.did


async def test_the_floor_is_offered_to_those_who_have_it_not_and_taken_from_those_who_have() -> None:
    entries = (
        timeline(1, {"floor": {"invite": "everyone"}}, label="a"),
        timeline(2, {"floor": {"cancel": "Luis"}}, label="b"),
        timeline(3, {"floor": {"release": "everyone"}}, label="c"),
    )
    async with on_stage(spec_of(role="moderator", timeline=entries), ANA, LUIS) as stage:
        lecture(stage)
        stage.room.floor.moved("granted", ANA)
        await stage.pass_s(3)
        assert [("c-luis",)] == stage.room.asked("offer_floor")
        assert [("c-luis", "invite_cancelled"), ("c-ana", "released")] == stage.room.asked("decide_floor")


@pytest.mark.parametrize(("result", "expected"), [(1707, "finished"), (1710, "finished"), (4101, "failed")])
async def test_what_others_have_decided_meanwhile_is_no_failure(result: int, expected: str) -> None:
    async with on_stage(spec_of(role="moderator", rules=DECISIONS[:1]), ANA) as stage:
        lecture(stage)
        stage.room.refuses["decide_floor"] = RequestRefused("processFloorRequest", result, "no")
        stage.room.raise_hand(ANA)
        await stage.pass_s()
        assert [expected] == outcomes(stage)


async def test_who_has_left_while_the_rule_waited_is_no_failure() -> None:
    slow = rule("hand_raised", {"wait": "5s"}, {"floor": {"grant": "person"}})
    async with on_stage(spec_of(role="moderator", rules=(slow,)), ANA) as stage:
        lecture(stage)
        stage.room.raise_hand(ANA)
        await stage.pass_s(1)
        stage.room.floor.forget("c-ana")
        stage.room.depart("c-ana")
        await stage.pass_s(5)
        assert (["finished"], []) == (outcomes(stage), stage.room.did)


async def test_people_become_moderators_and_participants_and_who_is_one_stays() -> None:
    entries = (
        timeline(1, {"role": {"moderator": ["Ana", "Luis"]}}, label="a"),
        timeline(2, {"role": {"moderator": "Ana"}}, label="b"),
        timeline(3, {"role": {"participant": "Ana"}}, label="c"),
    )
    async with on_stage(spec_of(role="moderator", timeline=entries), ANA, LUIS) as stage:
        await stage.pass_s(3)
        assert [
            ({"c-ana": "moderator", "c-luis": "moderator"},), ({"c-ana": "participant"},),
        ] == stage.room.asked("change_roles")  # fmt: skip
        assert ["finished"] * 3 == outcomes(stage)


async def test_a_moderator_hands_over_to_one() -> None:
    entries = (
        timeline(1, {"role": {"hand_over": "everyone"}}, label="a"),
        timeline(2, {"role": {"hand_over": "Ana"}}, label="b"),
    )
    async with on_stage(spec_of(role="moderator", timeline=entries), ANA, LUIS) as stage:
        await stage.pass_s(2)
        assert ([("c-ana",)], ["failed", "finished"]) == (stage.room.asked("hand_over"), outcomes(stage))
        assert not stage.room.is_moderator
