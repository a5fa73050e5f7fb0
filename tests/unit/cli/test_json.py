"""`--json` everywhere: what a command prints for people, it prints for programs, too."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bots.cli import ctl
from bots.cli.main import app
from bots.clock import SystemClock
from bots.fleet import FileMemory, Remembered
from bots.journal import Journal, SessionRecord

LESSON = """\
playbook: 1
name: Lesson
room: {create: {name: R}}
schedule: [{length: 50m}]
bots: {a: {role: moderator, timeline: [{at: start, do: [{say: Hi}]}]}}
"""
LIVE = {"--log-format", "--format"}  # their log, or their report, has a form of its own for programs
ELSEWHERE = {
    "schema": "is JSON",
    "memory export": "is JSON lines",
    "completion": "is for a shell",
    "console": "is a talk",
}


def told(*words: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, [*words, "--json"])
    assert (code, "") == (result.exit_code, result.stderr), result.output
    return json.loads(result.stdout)


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    for name, one in getattr(command, "commands", {}).items():
        yield from commands(one, (*words, name))
    if not hasattr(command, "commands") or command.invoke_without_command:
        yield " ".join(words), {option for one in command.params for option in one.opts}


def test_every_command_prints_for_programs_too() -> None:
    without = {name for name, options in commands(typer.main.get_command(app)) if not options & {"--json", *LIVE}}
    assert set(ELSEWHERE) == without


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "lesson.yaml"
    path.write_text(LESSON, encoding="utf-8")
    return path


def test_explain_tells_facts_or_changes(lesson: Path) -> None:
    found = told("explain", str(lesson))
    assert ("Lesson", "When and where") == (found["playbook"], found["facts"][0]["topic"])
    new = lesson.with_name("new.yaml")
    new.write_text(LESSON.replace("50m", "40m"), encoding="utf-8")
    assert 1 == len(told("explain", str(new), "--diff", str(lesson))["changes"])
    assert [] == told("explain", str(lesson), "--diff", str(lesson))["changes"]


def test_fmt_tells_what_it_changes_and_what_it_refuses(lesson: Path) -> None:
    broken = lesson.with_name("broken.yaml")
    broken.write_text("playbook: [", encoding="utf-8")
    lesson.write_text(LESSON.replace("name: Lesson", "name:   Lesson"), encoding="utf-8")
    found = told("fmt", "--check", str(lesson.parent), code=3)
    assert (False, 0) == (found["is_written"], found["untouched"])
    assert str(lesson) in found["changed"]
    assert "error[yaml-syntax]" in found["refused"][str(broken)]


def test_init_tells_what_it_writes(tmp_path: Path) -> None:
    found = told("init", str(tmp_path / "new"), "--template", "greeter")
    assert str(tmp_path / "new" / "greeter.yaml") in found["files"]
    assert all(Path(file).is_file() for file in found["files"])


def test_a_trace_is_told_as_counts_with_names(lesson: Path) -> None:
    trace = str(lesson.with_name("log.jsonl"))
    ran = CliRunner().invoke(app, ["simulate", str(lesson), "--people", "2", "--drop", "0%", "--trace", trace])
    assert 0 == ran.exit_code, ran.output
    for words in (("trace", trace), ("trace", "why", trace)):
        [rule] = told(*words)["bots"]["a"]["rules"].values()
        assert ("timeline", 1) == (rule["trigger"], rule["ran"])
        assert [{"outcome": "finished", "reason": "", "times": 1}] == rule["ended"]
        [step] = rule["steps"]
        assert ("say", "finished", 1) == (step["kind"], step["outcome"], step["times"])


def test_a_comparison_says_in_which_log_a_decision_is(tmp_path: Path) -> None:
    logs = []
    for name in "xy":
        path = tmp_path / name
        path.write_text(json.dumps({"event": "audio_started", "bot": "ana", "clip": name}) + "\n")
        logs.append(str(path))
    assert {"is_same": True, "differences": []} == told("trace", "diff", logs[0], logs[0])
    found = told("trace", "diff", *logs, code=6)
    [difference] = found["differences"]
    assert (False, "ana") == (found["is_same"], difference["stream"])
    assert ["first", "second"] == [line["in"] for line in difference["lines"]]


def test_memory_erase_tells_how_many_rounds(lesson: Path) -> None:
    memory = FileMemory(lesson.parent / "state" / "bots" / "meetings.jsonl")
    memory.remember(Remembered("9B", "talk", "9B/x", "2026-03-30T08:00:00+00:00", (("ana", "luis"),)))
    assert {"rounds": 1} == told("memory", "erase", "--all")


def test_what_is_asked_of_a_session_that_runs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctl.Served, "ask", lambda _self, name, _what, _body=None: f"{name}/at@now")
    monkeypatch.setenv("BOTS_HTTP_TOKEN", "a-token-that-is-long-enough")
    assert {"session": "9b/at@now", "asked": "stop"} == told("ctl", "stop", "9b")
    assert {"session": "9b/at@now", "asked": "more 2m"} == told("ctl", "steer", "9b", "more", "2m")


@pytest.mark.parametrize("words", [("forget",), ("--json", "forget")])
def test_sessions_forget_tells_which(lesson: Path, words: tuple[str, ...]) -> None:
    store = f"sqlite:///{lesson.parent}/journal.db"
    kept(store)
    result = CliRunner().invoke(
        app, ["sessions", *words, "--store", store, "--before", "2100-01-01", *([] if len(words) > 1 else ["--json"])]
    )
    assert {"sessions": ["Lesson/session@1"]} == json.loads(result.stdout), result.output


def kept(store: str) -> None:
    """A journal with one session that has ended."""
    import asyncio

    async def make() -> None:
        now = datetime.now(UTC)
        record = SessionRecord(
            id="Lesson/session@1", playbook="Lesson", file="lesson.yaml", entry="session",
            starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1),
        )  # fmt: skip
        async with Journal(store, SystemClock()) as journal:
            opened = await journal.begin(record)
            assert opened is not None
            await opened.end("finished", None, None, now - timedelta(hours=1))

    asyncio.run(make())
