"""`bots simulate`: a timeline or JSON lines, a trace, and the exit codes of `bots run`."""

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

import bots
from bots.cli.simulate import share_of, simulate_playbook
from bots.cli.timeline import SENTENCES, line_of
from bots.errors import ConfigError, MediaError, PlaybookError

DEMO = str(Path(bots.__file__).parent.parent / "playbooks" / "demo.yaml")
START = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


def simulate(path: str, *, trace: str = "", log_format: str = "text", people: int = 0, session: str = "") -> int:
    return simulate_playbook(
        path, session=session, inputs=[], seed=3, people=people, late="10%", drop="0.5", ignore_invites="0%",
        teacher=False,
        trace=trace, log_format=log_format,
    )  # fmt: skip


def lesson(folder: Path, *, expect: str = "joined: 1", sound: str = "") -> str:
    path = folder / "lesson.yaml"
    play = f"{{play: {sound}}}, " if sound else ""
    path.write_text(
        'playbook: 1\nname: Lesson\nroom: {id: "${NO_SUCH_VARIABLE}"}\nschedule: [{length: 30s}]\n'
        f"bots: {{a: {{role: moderator, display_name: A, timeline: [{{at: start, do: [{play}{{say: hi}}]}}]}}}}\n"
        f"expect: {{{expect}}}\n"
    )
    return str(path)


def test_the_demo_is_told_as_a_timeline_with_its_expectations(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == simulate(DEMO)
    told = capsys.readouterr().out
    assert "   00:08  teacher           opens red for 4\n" in told
    assert "goodbye finished after" in told
    assert "met     heard_in_breakouts at least 2 by end: 2" in told


def test_json_is_the_log_of_a_live_run_and_the_trace_has_the_people_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = tmp_path / "trace.jsonl"
    assert 0 == simulate(DEMO, trace=str(trace), log_format="json", people=2)
    shown = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    traced = [json.loads(line)["event"] for line in trace.read_text().splitlines()]
    assert ("playbook_loaded", "session_finished") == (shown[0], shown[-1])
    assert "person_acted" in traced
    assert shown == [name for name in traced if name not in ("person_acted", "line_written")]


def test_a_room_of_the_environment_gets_a_placeholder(tmp_path: Path) -> None:
    assert 0 == simulate(lesson(tmp_path))


def test_an_expectation_that_is_not_met_ends_with_6(tmp_path: Path) -> None:
    assert 6 == simulate(lesson(tmp_path, expect="said: 2"))


def test_a_sound_that_cannot_be_read_is_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "noise.ogg").write_bytes(b"no sound at all")
    with pytest.raises((MediaError, PlaybookError), match=r"noise\.ogg"):
        simulate(lesson(tmp_path, sound="noise.ogg"))


def test_an_unknown_session_is_a_wrong_command_line() -> None:
    with pytest.raises(typer.BadParameter, match="lesson"):
        simulate(DEMO, session="exam")


def test_the_session_of_a_day_starts_at_its_own_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == simulate(DEMO, session="lesson on 2026-01-15", log_format="json")
    started = next(one for one in map(json.loads, capsys.readouterr().out.splitlines()) if "starts_at" in one)
    assert "2026-01-15T09:00:00.000Z" == started["starts_at"]
    assert "Demo class/lesson@2026-01-15T09:00Z" == started["session"]


def test_a_trace_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot write the trace"):
        simulate(DEMO, trace=str(tmp_path / "no" / "trace.jsonl"))


@pytest.mark.parametrize(("text", "share"), [("20%", 0.2), ("0.2", 0.2), ("0", 0.0), ("100%", 1.0)])
def test_a_share_is_a_percentage_or_a_fraction(text: str, share: float) -> None:
    assert share == share_of(text, "--late")


@pytest.mark.parametrize("text", ["120%", "-1", "many", "", "nan"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="no share"):
        share_of(text, "--late")


@pytest.mark.parametrize(
    ("event", "fields", "line"),
    [
        ("note_logged", {"bot": "a", "text": "x"}, "a                 notes: x"),
        ("person_acted", {"name": "Ana", "act": "comes", "what": None}, "Ana               comes"),
        ("person_acted", {"name": "Ana", "act": "writes", "what": "hi"}, "Ana               writes: hi"),
        ("audio_finished", {"bot": "a", "clip": "bell", "outcome": "stopped", "duration_s": 2.0, "heard": False},
         "a                 bell stopped after 2.0 s, NOT HEARD"),
        ("step_finished", {"bot": "a", "kind": "play", "outcome": "failed", "where": "x.yaml:3:4", "reason": "why"},
         "a                 play FAILED at x.yaml:3:4: why"),
        ("rotation_planned",
         {"bot": "a", "rotation": "talk", "rounds": 3, "people": 7, "rooms": 2, "repeats": 1, "bound": 1},
         "a                 plans 3 rounds of talk: 7 people in 2 groups, 1 repeat, best possible"),
        ("round_started", {"bot": "a", "rotation": "talk", "round": 2, "length_s": 479.9, "groups": {"red": ["x"]}},
         "a                 begins round 2 of talk, 8m. red: x"),
        ("round_ended", {"bot": "a", "rotation": "talk", "round": 2, "missing": ["x"]},
         "a                 ends round 2 of talk; missing: x"),
        ("group_changed", {"bot": "a", "participant": "x", "group": None, "reason": "keeps coming out"},
         "a                 puts x into the main room (keeps coming out)"),
        ("rotation_ended", {"bot": "a", "rotation": "talk", "rounds": 2, "dropped": 1},
         "a                 has played 2 rounds of talk; no time for 1 more"),
        ("timeline_shifted", {"bot": "a", "seconds": -30.0}, "a                 moves what comes later by -30s"),
        ("person_found", {"bot": "a", "participant": "x", "how": "similar"},
         "a                 knows x by a similar name"),
        ("person_unmatched", {"bot": "a", "participant": "c1", "candidates": ["x", "y"]},
         "a                 finds c1 not on the roster (perhaps x or y)"),
        ("control_refused", {"bot": "a", "control": "next", "participant": "x", "reason": "not for you"},
         "a                 refuses !next to x: not for you"),
        ("teacher_told", {"bot": "a", "lines": 2, "people": ["c1", "c2"]},
         "a                 tells c1, c2 in private; lines: 2"),
        ("breakout_failed", {"bot": "a", "breakout_id": "b1", "result": 1729, "reason": "full"},
         "a                 could not go into b1: full"),
        ("step_finished", {"bot": "a", "kind": "lock", "outcome": "finished"}, "a                 locks the room"),
        ("room_joined", {"bot": "a", "participants": 2}, "a                 is in the room, with 1 other"),
        ("something_new", {"bot": "a", "value": 1}, "a                 something_new value=1"),
    ],
)  # fmt: skip
def test_an_event_is_a_line(event: str, fields: dict[str, object], line: str) -> None:
    told = line_of({"timestamp": "2026-03-30T08:00:00Z", "event": event, **fields}, START)
    assert f"   00:00  {line}" == told


@pytest.mark.parametrize("name", SENTENCES)
def test_an_event_with_a_sentence_is_told_in_words(name: str) -> None:
    text = (Path(bots.__file__).parent.parent / "docs" / "events.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{name}` \|(.*)$", text, re.MULTILINE)
    assert row is not None
    line = line_of({"timestamp": "2026-03-30T08:00:00Z", "event": name, "bot": "a"}, START)
    assert line is not None
    assert name not in line
    fields = re.findall(r"\{([a-z_]+)\}", SENTENCES[name])
    assert [] == [one for one in fields if one != "breakout" and f"`{one}`" not in row[1]]


@pytest.mark.parametrize(
    ("timestamp", "moment"),
    [("2026-03-30T07:59:45.500Z", "-00:14"), ("2026-03-30T08:12:05Z", "12:05"), ("2026-03-30T09:01:05Z", "1:01:05")],
)
def test_a_line_begins_with_its_time_from_the_start(timestamp: str, moment: str) -> None:
    told = line_of({"timestamp": timestamp, "event": "note_logged", "bot": "a", "text": "x"}, START)
    assert told is not None
    assert moment == told.split()[0]


def test_what_other_lines_say_is_not_told_twice() -> None:
    assert None is line_of({"timestamp": "2026-03-30T08:00:00Z", "event": "playbook_loaded"}, START)


def test_lines_are_taken_whole_even_if_they_come_in_pieces() -> None:
    from bots.cli.simulate import Sink

    out, trace = io.StringIO(), io.StringIO()
    sink = Sink(out, trace, None)
    for piece in ('{"event": ', '"a"}', "\n", '{"event": "person_acted"}\n'):
        sink.write(piece)
    assert '{"event": "a"}\n' == out.getvalue()
    assert '{"event": "a"}\n{"event": "person_acted"}\n' == trace.getvalue()
