"""`bots run --report`: asked for before anything starts, made if it is not there."""

from pathlib import Path

import pytest
import typer

from bots.cli.run import check_report
from bots.errors import ConfigError
from bots.playbook import read
from tests.unit.playbook.texts import with_bot, with_rule, with_step

SAVES = read(with_step("{if: n > 1, then: [{save: people.csv}]}"))


def test_a_playbook_that_saves_needs_a_folder() -> None:
    with pytest.raises(typer.BadParameter, match=r"saves people\.csv: say where"):
        check_report(SAVES, "")


def test_a_playbook_that_saves_nothing_needs_none(tmp_path: Path) -> None:
    check_report(read(with_bot("role: moderator")), "")
    check_report(read(with_rule("{when: joined, do: [unmute]}")), str(tmp_path))


def test_the_folder_is_made(tmp_path: Path) -> None:
    check_report(SAVES, str(tmp_path / "a" / "b"))
    assert (tmp_path / "a" / "b").is_dir()


def test_a_folder_that_cannot_be_made_is_said_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot make the folder"):
        check_report(SAVES, str(tmp_path / "file" / "x"))
