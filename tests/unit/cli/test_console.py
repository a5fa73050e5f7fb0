"""`bots console`: a session by the lines of a script or of the standard input, without a prompt and to its end."""

import io
from pathlib import Path

import pytest

import bots
from bots.cli.console import open_console
from bots.errors import ConfigError

GREETER = str(Path(bots.__file__).parent.parent / "playbooks" / "greeter.yaml")


def console(folder: Path, *lines: str) -> int:
    (folder / "script.txt").write_text("\n".join(lines) + "\n")
    return open_console(GREETER, session="", inputs=[], seed=None, script=str(folder / "script.txt"))


def test_people_come_ask_and_go_and_the_timeline_tells_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == console(tmp_path, "ana joins", "+5s", "ana: !help", "ana leaves")
    told = capsys.readouterr().out
    for line in (
        "   00:01  Ana               comes\n",
        "   00:04  greeter           writes: Welcome, Ana! Write !help if you need anything.\n",
        "   00:07  Ana               writes: !help\n",
        "   00:08  Ana               leaves\n",
        "session           ends: stopped\n",
    ):
        assert line in told
    assert ">" not in told


def test_rooms_people_rules_and_counters_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ("ana joins", "vega joins as moderator", "vega opens red", "vega invites ana to red", "+5s")
    assert 0 == console(tmp_path, *lines, "show rooms", "show people", "show rules", "show counters", "help")
    told = capsys.readouterr().out
    assert "parent: greeter, vega\nred: ana\nana: red, accepts invites\nvega: parent, accepts invites\n" in told
    assert "greeter: rule welcome ran" in told
    assert "greeter: help was not fired yet\n" in told
    assert "joined 1, said 1" in told
    assert "ana joins            somebody comes in" in told


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (("ana joins", "", "ana jions"), 'script.txt:3: "jions" is nothing that people do; did you mean "joins"?'),
        (("ana: hello",), "script.txt:1: nobody here is called 'ana'; write first: ana joins"),
        (("greeter leaves",), "script.txt:1: 'greeter' is a bot"),
    ],
)
def test_a_line_of_a_script_that_means_nothing_ends_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: tuple[str, ...], sentence: str
) -> None:
    assert 3 == console(tmp_path, *lines, "ana joins")
    assert sentence in capsys.readouterr().err


def test_the_standard_input_is_read_where_there_is_no_script(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("ana joins\nquit\nnonsense\n"))
    assert 0 == open_console(GREETER, session="", inputs=[], seed=None, script="")
    assert "Ana               comes" in capsys.readouterr().out


def test_time_ends_with_the_session(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == console(tmp_path, "+3h", "nonsense")
    assert "the session is over\n" in capsys.readouterr().out


def test_a_script_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ConfigError, match=r"cannot read no-such\.txt"):
        open_console(GREETER, session="", inputs=[], seed=None, script="no-such.txt")
