"""`bots trace`: what is kept, told and compared; equal decisions end with 0, different ones with 6 and a list."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.cli.main import app
from bots.cli.trace import diff_traces
from bots.errors import ConfigError


def log_of(path: Path, *clips: str) -> str:
    path.write_text(
        "".join(json.dumps({"event": "audio_started", "bot": "ana", "clip": clip}) + "\n" for clip in clips)
    )
    return str(path)


def test_equal_decisions_are_told_and_end_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == diff_traces(log_of(tmp_path / "a", "x", "y"), log_of(tmp_path / "b", "x", "y"))
    assert "the same 2 decisions in the same order, in 1 streams\n" == capsys.readouterr().out


def test_a_difference_is_shown_with_what_is_around_it_and_ends_with_6(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 6 == diff_traces(log_of(tmp_path / "a", *"pqrstu", "x"), log_of(tmp_path / "b", *"pqrstu", "y"))
    told = capsys.readouterr().out
    assert '  - audio_started clip="x"' in told
    assert '  + audio_started clip="y"' in told
    assert 'clip="u"' in told
    assert 'clip="p"' not in told


def test_a_file_that_is_no_log_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("hello\n")
    with pytest.raises(ConfigError, match="line 1"):
        diff_traces(str(tmp_path / "a"), str(tmp_path / "a"))
    with pytest.raises(ConfigError, match="cannot read"):
        diff_traces(str(tmp_path / "none"), str(tmp_path / "a"))


LESSON = """\
playbook: 1
name: Front desk
room: {id: main}
schedule: [{length: 5m}]
bots:
  helper: {arrive: {at: start - 5m}, rules: [{id: greet, when: joined, if: count.people > 9, do: [{say: "Hello"}]}]}
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "lesson.yaml").write_text(LESSON)
    return tmp_path / "state" / "bots" / "traces"


def run(*arguments: str) -> tuple[int, str]:
    ended = CliRunner().invoke(app, arguments)
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.exit_code, ended.output


def test_a_simulation_leaves_a_trace_that_says_why_a_rule_never_ran(tmp_path: Path, state: Path) -> None:
    assert 0 == run("simulate", str(tmp_path / "lesson.yaml"), "--people", "2", "--drop", "0")[0]
    (kept,) = state.iterdir()
    assert kept.name.startswith("front-desk-session-")
    code, said = run("trace", "front-desk")
    assert 0 == code
    assert "rule greet never ran; 2 times somebody joined: " in said
    assert "“count.people > 9” was false (count.people = 1)" in said
    assert (0, said) == run("trace", kept.stem)
    assert (0, said) == run("trace", str(kept))
    assert kept.stem in run("trace", "list")[1]
    assert [kept.stem] == [one["id"] for one in json.loads(run("trace", "list", "--json")[1])]


def test_a_trace_elsewhere_is_not_kept_here(tmp_path: Path, state: Path) -> None:
    assert 0 == run("simulate", str(tmp_path / "lesson.yaml"), "--trace", str(tmp_path / "t.jsonl"))[0]
    assert not state.exists()
    assert 0 == run("trace", str(tmp_path / "t.jsonl"))[0]


def test_a_state_that_cannot_be_written_stops_nobody(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert 0 == run("simulate", str(tmp_path / "lesson.yaml"))[0]
    assert not state.exists()


def test_a_name_that_means_none_or_several_traces_is_told(tmp_path: Path, state: Path) -> None:
    with pytest.raises(ConfigError, match="bots trace list shows the traces"):
        run("trace", "nothing")
    for _ in "ab":
        run("simulate", str(tmp_path / "lesson.yaml"))
    with pytest.raises(ConfigError, match="fits 2 traces: front-desk"):
        run("trace", "front")
    assert 2 == len(list(state.iterdir()))
