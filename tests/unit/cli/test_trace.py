"""`bots trace diff`: equal decisions end with 0, different ones with 6 and a list."""

import json
from pathlib import Path

import pytest

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
