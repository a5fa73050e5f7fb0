"""`bots fmt`, `bots explain` and `bots init`: what they write, print and refuse."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bots.cli.init import TEMPLATES, template_files
from bots.cli.main import app

ROOT = Path(__file__).parents[3]
LESSON = (
    "playbook: 1\nname: Lesson\nroom: {create: {name: R}}\nschedule: [{length: 50m}]\nbots: {a: {role: moderator}}\n"
)
UGLY = LESSON.replace("name: Lesson", "name:   'Lesson' # mine")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    path = tmp_path / "lesson.yaml"
    path.write_text(UGLY, encoding="utf-8")
    return path


def test_fmt_checks_without_writing_then_writes_then_is_content(lesson: Path) -> None:
    assert 3 == run("fmt", "--check", str(lesson)).exit_code
    assert UGLY == lesson.read_text(encoding="utf-8")
    lesson.chmod(0o640)
    assert 0 == run("fmt", str(lesson)).exit_code
    assert "name: Lesson     # mine\n" in lesson.read_text(encoding="utf-8")
    assert (0o640, [lesson]) == (lesson.stat().st_mode & 0o777, list(lesson.parent.iterdir()))
    assert 0 == run("fmt", "--check", str(lesson)).exit_code


def test_fmt_refuses_what_it_cannot_read_and_goes_on(lesson: Path) -> None:
    (lesson.parent / "broken.yaml").write_text("playbook: [", encoding="utf-8")
    ended = run("fmt", str(lesson.parent))
    assert 3 == ended.exit_code
    assert "1 playbook changed, 0 as they should be, 1 refused" in ended.output
    assert "error[yaml-syntax]" in ended.output


def test_fmt_names_a_file_that_it_cannot_replace_and_goes_on(lesson: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_values: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("bots.cli.fmt.tempfile.NamedTemporaryFile", refuse)  # a folder that root cannot write, either
    ended = run("fmt", str(lesson))
    assert 3 == ended.exit_code
    assert f"{lesson} cannot be written: Permission denied" in ended.output
    assert "0 playbooks changed, 0 as they should be, 1 refused" in ended.output


def test_the_playbooks_of_the_product_are_laid_out() -> None:
    assert 0 == run("fmt", "--check", str(ROOT / "playbooks")).exit_code


def test_explain_tells_a_lesson_and_a_change(lesson: Path) -> None:
    assert run("explain", str(lesson)).output.startswith("Lesson\n\nWhen and where\n")
    new = lesson.with_name("new.yaml")
    new.write_text(UGLY.replace("50m", "40m"), encoding="utf-8")
    ended = run("explain", "--diff", str(lesson), str(new))
    assert "started by hand, for 40 minutes. Before: “session” is started by hand, for 50 minutes." in ended.output
    assert ended.output == run("explain", str(new), "--diff", str(lesson)).output
    assert "Nothing changes for the class.\n" == run("explain", "--diff", str(lesson), str(lesson)).output
    assert 2 == run("explain", "--diff", str(lesson)).exit_code


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_complete_and_has_no_problems(template: str, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert 0 == run("init", str(folder), "--template", template).exit_code
    ended = run("lint", "--strict", str(folder))
    assert (0, "1 playbook, no problems\n") == (ended.exit_code, ended.output)
    assert 0 == run("fmt", "--check", str(folder)).exit_code
    assert 0 == run("test", str(folder)).exit_code
    assert 0 == run("simulate", str(folder / f"{template}.yaml")).exit_code


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_sounds_of_a_template_are_those_of_the_playbooks(template: str) -> None:
    for name, data in template_files(template).items():
        assert name.endswith(".yaml") or data == (ROOT / "playbooks" / name).read_bytes()


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "greeter.yaml").write_text("mine", encoding="utf-8")
    ended = run("init", str(tmp_path), "--template", "greeter")
    assert 2 == ended.exit_code
    assert [tmp_path / "greeter.yaml"] == list(tmp_path.iterdir())
    assert "mine" == (tmp_path / "greeter.yaml").read_text(encoding="utf-8")


def test_init_takes_a_folder_of_that_name_for_something_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "greeter.yaml").mkdir()
    ended = run("init", str(tmp_path), "--template", "greeter")
    assert (2, True) == (ended.exit_code, "greeter.yaml" in ended.output)


def test_init_again_is_no_harm(tmp_path: Path) -> None:
    assert [0, 0] == [run("init", str(tmp_path)).exit_code for _ in "ab"]
    assert 2 == run("init", str(tmp_path), "--template", "party").exit_code
