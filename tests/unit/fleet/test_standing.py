"""Where a session stands, kept and taken back."""

import json

from bots.bot import BotEvent, BotFailed, BotJoined, BotLeft, Measured, RunEnded, Said, StepUnknown
from bots.fleet import ExpectResult
from bots.fleet.standing import Standing

EVENTS: tuple[BotEvent, ...] = (
    BotJoined(bot_id="a", room_id="r", client_id="c"), BotJoined(bot_id="b", room_id="r", client_id="d"),
    Said(bot_id="a", room_id="r"), Measured(bot_id="a", what="join_time", took_s=0.5),
    BotLeft(bot_id="a", cause="leave_when"), BotFailed(bot_id="b", stage="room", reason="lost"),
    StepUnknown(bot_id="a", rule="greet", step="do[0]", kind="say"),
    RunEnded(bot_id="a", rule="greet", outcome="finished"),
)  # fmt: skip


def test_what_is_kept_is_taken_back() -> None:
    standing = Standing()
    for event in EVENTS:
        standing.apply(event)
    standing.results[3] = ExpectResult("joined", "2 by end", 2, is_met=True)
    back = Standing.from_json(json.loads(json.dumps(standing.to_json())))
    assert standing.to_json() == back.to_json()
    assert (standing.tally.counts(), standing.tally.times()) == (back.tally.counts(), back.tally.times())
    assert standing.results == back.results
    assert standing.failed == back.failed
    assert [("a", "do[0]")] == [(one.bot_id, one.step) for one in back.unknown]


def test_counting_goes_on() -> None:
    standing = Standing()
    standing.apply(EVENTS[0])
    back = Standing.from_json(standing.to_json())
    back.apply(EVENTS[0])  # the same bot, under another process
    back.apply(EVENTS[1])
    assert 2 == back.tally.counts()["joined"]


def test_who_left_is_gone_and_who_was_only_stopped_comes_again() -> None:
    standing = Standing()
    for event in (*EVENTS[:2], BotLeft(bot_id="a", cause="leave_step"), BotLeft(bot_id="b", cause="stopped")):
        standing.apply(event)
    assert {"a"} == standing.gone
