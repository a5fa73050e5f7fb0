"""Which files a path on the command line means."""

from pathlib import Path

import pytest
import typer

from bots.cli import files
from bots.cli.files import cases_in, playbooks_below, playbooks_in
from bots.cli.fmt import format_paths

PART = "steps:\n    welcome: [{log: hi}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shared.yaml").write_text(PART)
    (tmp_path / "lesson.yaml").write_text("playbook: 1\nuse: shared.yaml\n")
    (tmp_path / "lesson.test.yaml").write_text("test_of: lesson.yaml\n")
    return tmp_path


def test_a_folder_means_its_playbooks_without_the_files_that_they_use(folder: Path) -> None:
    assert ["lesson.yaml"] == [path.name for path in playbooks_in([str(folder)])]


def test_with_parts_it_means_them_too(folder: Path) -> None:
    assert ["lesson.yaml", "shared.yaml"] == [path.name for path in playbooks_in([str(folder)], parts=True)]


def test_a_file_that_playbooks_use_is_laid_out_too(folder: Path) -> None:
    assert 0 == format_paths([str(folder / "shared.yaml")], check=False)
    assert "steps:\n  welcome: [{log: hi}]\n" == (folder / "shared.yaml").read_text()


def test_what_begins_with_a_dot_is_passed_over(folder: Path) -> None:
    for place in (folder / ".venv", folder / "term" / ".git"):
        place.mkdir(parents=True)
        (place / "other.yaml").write_text("playbook: 1\n")
    (folder / ".lesson.yaml").write_text("playbook: 1\n")
    (folder / "term" / "more.yml").write_text("playbook: 1\n")
    assert ["lesson.yaml", "more.yml"] == [path.name for path in playbooks_in([str(folder)])]


def test_a_folder_that_holds_too_much_is_not_walked_to_its_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_ENTRIES", 5)
    for number in range(3):
        (folder / f"{number}.wav").touch()
    for find in (playbooks_in, cases_in):
        with pytest.raises(typer.BadParameter, match="more than 5 files and folders; name the folder"):
            find([str(folder)])
    with pytest.raises(typer.BadParameter):
        playbooks_below(folder)
    assert [folder / "0.wav"] == playbooks_in([str(folder / "0.wav")])
