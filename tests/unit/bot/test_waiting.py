"""Who waits to be let in: the bot itself, and those about whom a moderator bot decides."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bots.bot import BotLeft, BotSpec, LeaveRule, RunEnded
from bots.errors import RequestRefused
from bots.playbook import RosterEntry
from bots.room import Participant
from tests.unit.bot.stage import ANA, LUIS, Stage, on_stage, rule, spec_of, timeline

ROSTER = (RosterEntry(id="ana.r", name="Ana"), RosterEntry(id="luis.m", name="Luis Mora"))
KNOWN_ONLY = (
    rule("waiting", {"admit": "person"}, id="known", condition="person.is_known"),
    rule("waiting", {"deny": "person"}, id="unknown", condition="not person.is_known"),
)


@asynccontextmanager
async def waiting(spec: BotSpec) -> AsyncIterator[Stage]:
    """A bot that knocks and is not let in."""
    async with on_stage(replace(spec, arrives_at=spec.arrives_at + timedelta(seconds=1))) as stage:
        stage.door.gate = asyncio.Event()
        await stage.pass_s(1)
        yield stage


def outcomes(stage: Stage) -> list[str]:
    return [run.outcome for run in stage.told(RunEnded)]


async def test_who_is_on_the_roster_is_let_in_and_others_are_turned_away() -> None:
    async with on_stage(spec_of(role="moderator", roster=ROSTER, rules=KNOWN_ONLY)) as stage:
        stage.room.knock(ANA)
        stage.room.knock(LUIS)
        await stage.pass_s()
        assert [("admit", "c-ana"), ("deny", "c-luis")] == stage.room.did


async def test_everybody_who_waits_is_let_in_at_a_moment() -> None:
    async with on_stage(spec_of(role="moderator", timeline=(timeline(5, {"admit": "everyone"}),))) as stage:
        stage.room.knock(ANA)
        stage.room.knock(LUIS)
        with capture_logs() as logs:
            await stage.pass_s(5)
        assert [("c-ana",), ("c-luis",)] == stage.room.asked("admit")
    assert [["c-ana", "c-luis"]] == [line["people"] for line in logs if line["event"] == "people_admitted"]


async def test_somebody_is_named_among_those_who_wait_and_not_among_those_who_are_in() -> None:
    entries = (timeline(1, {"admit": "Luis"}), timeline(2, {"admit": "Ana"}, label="ana"))
    async with on_stage(spec_of(role="moderator", timeline=entries), ANA) as stage:
        stage.room.knock(LUIS)
        await stage.pass_s(2)
        assert ([("c-luis",)], ["finished", "failed"]) == (stage.room.asked("admit"), outcomes(stage))


@pytest.mark.parametrize(("result", "expected"), [(1155, ["finished"]), (2102, ["failed"])])
async def test_who_has_gone_again_is_no_failure_and_a_full_room_is_one(result: int, expected: list[str]) -> None:
    async with on_stage(spec_of(role="moderator", rules=(rule("waiting", {"admit": "person"}),))) as stage:
        stage.room.refuses["admit"] = RequestRefused("user-allowed", result, "no")
        stage.room.knock(ANA)
        await stage.pass_s()
        assert expected == outcomes(stage)


async def test_who_went_while_the_rule_waited_is_no_failure() -> None:
    slow = rule("waiting", {"wait": "5s"}, {"admit": "person"})
    async with on_stage(spec_of(role="moderator", rules=(slow,))) as stage:
        stage.room.knock(ANA)
        await stage.pass_s()
        stage.room.awaited = {}
        await stage.pass_s(5)
        assert ([], ["finished"]) == (stage.room.asked("admit"), outcomes(stage))


async def test_a_name_that_somebody_waits_under_is_not_kept_as_who_they_are() -> None:
    greeting = rule("joined", {"say": "{person.id}"}, id="greet")
    async with on_stage(spec_of(role="moderator", roster=ROSTER, rules=(*KNOWN_ONLY, greeting))) as stage:
        stage.room.knock(Participant(client_id="c-1", name="Ana"))
        await stage.pass_s()
        stage.room.arrive(Participant(client_id="c-1", name="Ana", user_ref="luis.m"))
        await stage.pass_s()
        assert ([("c-1",)], [("luis.m", ())]) == (stage.room.asked("admit"), stage.room.asked("say"))


async def test_a_bot_that_is_not_let_in_gives_up_after_its_time() -> None:
    spec = spec_of(leave=LeaveRule(waiting_s=60.0))
    async with waiting(spec) as stage:
        await stage.pass_s(59)
        assert [] == stage.told(BotLeft)
        await stage.pass_s(1)
        assert [("leave_when", False)] == [(left.cause, left.was_joined) for left in stage.told(BotLeft)]


async def test_a_bot_that_is_let_in_stays() -> None:
    async with waiting(spec_of(leave=LeaveRule(waiting_s=60.0))) as stage:
        await stage.pass_s(30)
        assert stage.door.gate is not None
        stage.door.gate.set()
        await stage.pass_s(100)
        assert [] == stage.told(BotLeft)
