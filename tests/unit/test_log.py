"""What the log shows, and what it never shows."""

import errno
import io
import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from bots import log as log_module
from bots.log import Traces, configure, hide, retell

NOON = datetime(2026, 3, 30, 12, 0, 0, 123_456, tzinfo=UTC)


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Hide nothing from the next test."""
    yield
    log_module._hidden.clear()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def logged(**values: Any) -> dict[str, Any]:
    out = io.StringIO()
    configure("json", out, now=lambda: NOON)
    structlog.get_logger().info("said", **values)
    line: dict[str, Any] = json.loads(out.getvalue())
    return line


def test_a_line_is_one_json_object_with_time_level_event_and_values_in_this_order() -> None:
    assert [
        ("timestamp", "2026-03-30T12:00:00.123Z"),
        ("level", "info"),
        ("event", "said"),
        ("bot", "helper"),
        ("waited_s", 4.2),
    ] == list(logged(bot="helper", waited_s=4.2).items())


@pytest.mark.parametrize("level", ["info", "warning", "error"])
def test_what_another_process_has_logged_is_told_as_it_was(level: str) -> None:
    out = io.StringIO()
    configure("json", out, now=lambda: NOON)
    event = {"timestamp": "2026-03-30T11:59:59.000Z", "level": level, "event": "said", "bot": "helper", "n": [1, None]}
    retell(event)
    assert event == json.loads(out.getvalue())


def test_auto_is_json_when_the_output_is_no_terminal() -> None:
    out = io.StringIO()
    configure("auto", out)
    structlog.get_logger().info("said")
    assert "said" == json.loads(out.getvalue())["event"]


def test_auto_is_coloured_text_on_a_terminal() -> None:
    out = Terminal()
    configure("auto", out)
    structlog.get_logger().info("said", bot="helper")
    assert "helper" in out.getvalue()
    assert "\x1b[" in out.getvalue()


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    configure("auto", out)
    structlog.get_logger().info("said", bot="helper")
    assert "\x1b" not in out.getvalue()


def test_chat_text_cannot_steer_the_terminal() -> None:
    out = io.StringIO()
    configure("text", out)
    structlog.get_logger().info("said", text="\x1b[2Jgone", name="\u202eana\u2069")
    assert {"\x1b", "\u202e", "\u2069"}.isdisjoint(out.getvalue())


@pytest.mark.parametrize("name", ["token", "app_key", "authorization", "Authorization", "api_secret", "tokens"])
def test_a_field_with_a_secret_name_is_redacted_at_any_depth(name: str) -> None:
    assert "[redacted]" == logged(**{name: "abc"})[name]
    assert [{name: "[redacted]"}] == logged(sent=[{name: "abc"}])["sent"]


@pytest.mark.parametrize(
    "text",
    [
        "token eyJ0b2tlbiI6InQtMSIsImhvc3QiOiJsb2NhbGhvc3QifQ== was refused",
        "sent Authorization: Basic dXNlcjpwYXNz",
        "sent authorization: bASIC dXNlcjpwYXNz",
        "sent authorization: bEARER dXNlcjpwYXNz",
        "wss://127.0.0.1/socket.io/?EIO=4&token=abc123def",
        "https://user:hunter22@127.0.0.1/video/v2",
    ],
)
def test_a_secret_inside_a_text_is_redacted_by_its_shape(text: str) -> None:
    shown = logged(error=text)["error"]
    assert "[redacted]" in shown
    assert not {"eyJ0b2tlbiI6", "dXNlcjpwYXNz", "abc123def", "hunter22"} & set(shown.replace("=", " ").split())


def test_a_hidden_value_is_redacted_wherever_it_turns_up() -> None:
    hide("s3cr3t-value")
    line = logged(error="using s3cr3t-value now", nested={"a": ["s3cr3t-value"]})
    assert "s3cr3t-value" not in json.dumps(line)


def test_counts_and_flags_are_not_mistaken_for_secrets() -> None:
    assert 3 == logged(tokens=3)["tokens"]
    assert "helper" == logged(monkey="helper")["monkey"]


def test_instants_spans_and_unknown_objects_become_json() -> None:
    line = logged(at=NOON, left=timedelta(minutes=2), odd=float("nan"), cause=ValueError("no"))
    assert ("2026-03-30T12:00:00.123Z", 120.0, None, "no") == (
        line["at"], line["left"], line["odd"], line["cause"],
    )  # fmt: skip


def test_a_traceback_is_one_field_of_the_line() -> None:
    out = io.StringIO()
    configure("json", out)
    try:
        int("broken eyJ0b2tlbiI6InQtMSIsImhvc3QiOiJsb2NhbGhvc3QifQ==")
    except ValueError:
        structlog.get_logger().exception("bot_failed")
    line = json.loads(out.getvalue())
    assert "ValueError: invalid literal for int() with base 10: 'broken [redacted]" in line["exception"]


def test_libraries_speak_json_too_from_warning_up() -> None:
    out = io.StringIO()
    configure("json", out)
    logging.getLogger("aioice").info("pair nominated")
    logging.getLogger("aioice").warning("lost %d", 3)
    line = json.loads(out.getvalue())
    assert ("library_logged", "warning", "aioice", "lost 3") == (
        line["event"], line["level"], line["library"], line["message"],
    )  # fmt: skip


def test_configuring_twice_does_not_double_library_lines() -> None:
    out = io.StringIO()
    configure("json", out)
    configure("json", out)
    logging.getLogger("aioice").error("once")
    assert 1 == len(out.getvalue().splitlines())


def test_details_are_left_out() -> None:
    out = io.StringIO()
    configure("json", out)
    structlog.get_logger().debug("packet_sent")
    assert "" == out.getvalue()


def test_text_leaves_out_what_says_nothing_and_the_session_that_its_ends_name() -> None:
    out = io.StringIO()
    configure("text", out, now=lambda: NOON)
    log = structlog.get_logger().bind(session="Lesson/one@noon")
    log.info("session_started")
    log.info("step_finished", reason=None, kind="say")
    first, second = out.getvalue().splitlines()
    assert "Lesson/one@noon" in first
    assert "kind=say" in second
    assert "Lesson" not in second
    assert "reason" not in second


class Full(io.StringIO):
    """A disk without room, for a while."""

    is_full = True

    def write(self, text: str) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_a_full_disk_stops_nobody_and_the_gap_is_told_when_there_is_room_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = Full()
    configure("json", out)
    log = structlog.get_logger()
    log.info("first")
    log.info("second")
    out.is_full = False
    log.info("third")
    log.info("fourth")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert ["log_interrupted", "third", "fourth"] == [line["event"] for line in lines]
    assert 2 == lines[0]["lines"]
    told = capsys.readouterr().err
    assert "bots: the log cannot be written (No space left on device); the session goes on without it\n" == told


def test_a_reader_that_has_gone_stops_nobody_and_is_told_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as out:
        configure("json", out)
        for number in range(3):
            structlog.get_logger().info("said", number=number)
        assert 1 == capsys.readouterr().err.count("nobody reads the log any more")
        out.flush()  # what was left in the buffer goes nowhere


def test_a_closed_stream_stops_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    configure("json", out)
    out.close()
    structlog.get_logger().info("said")
    assert "nobody reads the log any more" in capsys.readouterr().err


def test_a_trace_has_every_event_as_json_and_without_secrets_while_the_log_is_text() -> None:
    out, trace = io.StringIO(), io.StringIO()
    configure("text", out, trace=trace)
    structlog.get_logger().info("rule_tallied", rule="greet", app_key="0123456789")
    structlog.get_logger().info("room_joined", room="main")
    events = [json.loads(line) for line in trace.getvalue().splitlines()]
    assert [("rule_tallied", "[redacted]"), ("room_joined", None)] == [
        (one["event"], one.get("app_key")) for one in events
    ]
    assert "rule_tallied" not in out.getvalue()
    assert "room_joined" in out.getvalue()


def test_of_several_sessions_each_has_its_own_lines_in_its_trace_and_all_are_in_the_log() -> None:
    out, traces, of = io.StringIO(), Traces(), {session: io.StringIO() for session in ("red", "blue")}
    configure("json", out, trace=traces)
    for session, trace in of.items():
        traces.open(session, trace)
    for session in ("red", "blue", "green"):
        structlog.get_logger().info("said", session=session, token="t")
    lines = out.getvalue().splitlines(keepends=True)
    assert ["red", "blue", "green"] == [json.loads(line)["session"] for line in lines]
    assert lines[:2] == [trace.getvalue() for trace in of.values()]
    assert "[redacted]" in lines[0]
