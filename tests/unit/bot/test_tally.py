"""What the log keeps so that somebody can ask later why nothing happened."""

import json
from typing import Any

from structlog.testing import capture_logs

from bots.bot import InviteWindow
from bots.room import BreakoutInvite, ChatReceived, Participant
from tests.unit.bot.stage import ANA, LUIS, Stage, on_stage, rule, spec_of, timeline

PUPIL = Participant(client_id="c-p1", name="Pupil 01", user_ref="pupil-01")


def of(lines: list[Any], event: str) -> list[dict[str, Any]]:
    dropped = {"event", "log_level", "session", "bot", "room"}
    return [{key: line[key] for key in line if key not in dropped} for line in lines if line["event"] == event]


def write(stage: Stage, text: str) -> None:
    stage.room.push(ChatReceived(text, "c-ana", "Ana", is_private=False))


async def test_a_condition_that_is_false_tells_the_part_and_what_it_saw() -> None:
    greet = rule("joined", {"say": "Hello"}, condition="count.people >= 1 and not person.is_bot")
    with capture_logs() as lines:
        async with on_stage(spec_of(rules=(greet,)), LUIS) as stage:
            stage.room.arrive(PUPIL)
            await stage.pass_s()
    assert [
        {
            "rule": "rule", "condition": "count.people >= 1 and not person.is_bot", "false_part": "not person.is_bot",
            "values": {"count.people": 1, "person.is_bot": True},
        }
    ] == of(lines, "condition_false")  # fmt: skip
    assert [] == of(lines, "run_started")


async def test_names_and_chat_lines_are_not_in_what_a_condition_saw() -> None:
    condition = 'message.text == "x" and person.name == "Luis" and person.role == "moderator"'
    asked = rule("chat", {"say": "Hello"}, condition=condition)
    with capture_logs() as lines:
        async with on_stage(spec_of(rules=(asked,)), ANA) as stage:
            write(stage, "my secret")
            await stage.pass_s()
    values = of(lines, "condition_false")[0]["values"]
    assert {
        "message.text": "(9 characters)", "person.name": "(3 characters)", "person.role": "participant"
    } == values  # fmt: skip
    assert "secret" not in json.dumps(lines)


async def test_what_came_by_without_firing_is_counted_by_why() -> None:
    asked = rule({"chat": "!help"}, {"say": "Yes?"}, id="help")
    group = rule("chat", {"say": "Yes?"}, id="group", within="breakouts")
    quiet = rule("left", {"say": "Bye"}, id="bye")
    with capture_logs() as lines:
        async with on_stage(spec_of(rules=(asked, group, quiet)), ANA) as stage:
            for text in ("hello", "!help", "thanks"):
                write(stage, text)
            await stage.pass_s()
    assert [
        {"rule": "help", "trigger": "chat", "came": 3, "unlike": 2, "elsewhere": 0},
        {"rule": "group", "trigger": "chat", "came": 3, "unlike": 0, "elsewhere": 3},
        {"rule": "bye", "trigger": "left", "came": 0, "unlike": 0, "elsewhere": 0},
    ] == of(lines, "rule_tallied")


async def test_the_branch_of_an_if_is_told_even_if_it_is_empty() -> None:
    entry = timeline(1, {"if": "count.people > 1", "then": [{"say": "Hello all"}]})
    with capture_logs() as lines:
        async with on_stage(spec_of(timeline=(entry,)), ANA) as stage:
            await stage.pass_s(2)
    assert [
        {
            "rule": "at 1", "run": 1, "step": "if", "branch": "else", "condition": "count.people > 1",
            "values": {"count.people": 1},
        }
    ] == of(lines, "branch_taken")  # fmt: skip


async def test_the_entry_that_decides_about_an_invite_is_told() -> None:
    windows = (
        InviteWindow(room="red", then="accept"), InviteWindow(room="b*", then="reject"),
        InviteWindow(then="ignore", is_otherwise=True),
    )  # fmt: skip
    with capture_logs() as lines:
        async with on_stage(spec_of(invites=windows), ANA) as stage:
            for room in ("blue", "green"):
                stage.room.push(BreakoutInvite(room, "c-ana"))
            await stage.pass_s(5)
    assert [("blue", 1, "reject"), ("green", 2, "ignore")] == [
        (one["breakout_id"], one["entry"], one["action"]) for one in of(lines, "invite_decided")
    ]
