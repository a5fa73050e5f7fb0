"""What is counted."""

from datetime import timedelta
from typing import Any

from bots.bot import (
    BotEvent,
    BotFailed,
    BotJoined,
    BotLeft,
    BreakoutEntered,
    BreakoutExited,
    BreakoutsOpened,
    ClipPlay,
    InviteSettled,
    Measured,
    PlayFinished,
    RunEnded,
    Said,
)
from bots.fleet.tally import Tally
from tests.unit.fleet.lesson import START


def play(**values: Any) -> PlayFinished:
    fields: dict[str, Any] = {
        "bot_id": "helper", "play_id": "helper/1", "clip": ClipPlay(name="bell", path="/bell.ogg"), "room_id": "main",
        "is_breakout": False, "since": START, "until": START + timedelta(seconds=2), "packets": 100, "delivered": 100,
        "outcome": "finished",
    }  # fmt: skip
    return PlayFinished(**{**fields, **values})


def counted(*events: BotEvent) -> dict[str, int]:
    tally = Tally()
    for event in events:
        tally.apply(event)
    return {name: count for name, count in tally.counts().items() if count}


def test_nothing_has_happened_yet() -> None:
    assert {0} == set(Tally().counts().values())


def test_bots_are_counted_once_however_often_they_join() -> None:
    joined = BotJoined(bot_id="helper", room_id="main", client_id="c1")
    assert {"joined": 1, "left": 1} == counted(joined, joined, BotLeft(bot_id="helper", cause="session_end"))


def test_a_bot_that_never_joined_has_not_left() -> None:
    assert {} == counted(BotLeft(bot_id="helper", cause="stopped", was_joined=False))


def test_invites_count_by_their_ends_and_failures_as_errors() -> None:
    ends = [InviteSettled(bot_id="p", room_id="b", end=end) for end in ("accepted", "expired", "expired", "failed")]
    assert {"accepted": 1, "expired": 2, "errors": 1} == counted(*ends)


def test_a_failure_inside_a_run_is_counted_once() -> None:
    failed = InviteSettled(bot_id="p", room_id="b", end="failed", in_run=True)
    assert {"errors": 1} == counted(failed, RunEnded(bot_id="p", rule="r", outcome="failed"))


def test_breakouts_count_openings_joins_and_returns() -> None:
    assert {"breakouts": 2, "breakout_joins": 1, "back": 1} == counted(
        BreakoutsOpened(bot_id="h", names={"red": "1", "blue": "2"}),
        BreakoutEntered(bot_id="p", room_id="1"),
        BreakoutExited(bot_id="p", room_id="1"),
        BreakoutExited(bot_id="q", room_id="1", is_back=False),
    )


def test_a_sound_is_delivered_when_nine_in_ten_packets_arrived() -> None:
    assert {"played": 4, "delivered": 2} == counted(
        play(), play(delivered=90), play(delivered=89), play(delivered=None), play(packets=0, delivered=0)
    )


def test_failed_runs_and_bots_are_errors_and_others_not() -> None:
    assert {"errors": 2, "said": 1} == counted(
        RunEnded(bot_id="h", rule="r", outcome="failed"),
        RunEnded(bot_id="h", rule="r", outcome="already_running"),
        BotFailed(bot_id="h", stage="room", reason="lost"),
        Said(bot_id="h", room_id="main"),
    )


def test_what_was_heard_is_told_apart_by_room() -> None:
    tally = Tally()
    for one in (play(), *(play(is_breakout=True, room_id=room) for room in ("b1", "b1", "b2"))):
        tally.heard(one)
    counts = tally.counts()
    assert (4, 1, 3, 2) == tuple(
        counts[name] for name in ("heard", "heard_in_parent", "heard_in_breakouts", "breakouts_heard")
    )


def test_what_was_measured_is_kept_by_measure() -> None:
    tally = Tally()
    for what, took_s in (("join_time", 0.2), ("lateness", 0.0), ("join_time", 0.1)):
        tally.apply(Measured(bot_id="helper", what=what, took_s=took_s))  # type: ignore[arg-type]  # a literal each
    assert {"join_time": [0.2, 0.1], "lateness": [0.0]} == tally.times()
