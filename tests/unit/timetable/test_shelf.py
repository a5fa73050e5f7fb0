"""The playbooks of a folder: read when they are whole, kept when they break, told apart by their names."""

from pathlib import Path

import pytest

from bots.playbook import Playbook, load
from bots.timetable import Shelf

BOOK = "playbook: 1\nname: {}\nroom: {{id: r}}\nschedule: [{{length: 5m}}]\nbots: {{helper: {{role: moderator}}}}\n"


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.reads: list[str] = []
        self.shelf = Shelf(path, find=lambda: sorted(path.glob("*.yaml")), read=self._read)

    def _read(self, path: Path) -> Playbook:
        self.reads.append(path.name)
        return load(path, environment={}, inputs={})

    def write(self, file: str, text: str) -> None:
        (self.path / file).write_text(text, encoding="utf-8")

    def problems(self) -> dict[str, bool]:
        return {Path(file).name: book.problem is not None for file, book in self.shelf.books.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    one = Folder(tmp_path)
    one.write("a.yaml", BOOK.format("A"))
    one.write("b.yaml", BOOK.format("B"))
    one.shelf.open()
    one.reads.clear()
    return one


def test_a_file_is_read_anew_once_it_has_been_left_alone(folder: Folder) -> None:
    folder.write("a.yaml", BOOK.format("A")[:40])
    assert () == folder.shelf.look().books
    folder.write("a.yaml", BOOK.format("New name"))
    assert () == folder.shelf.look().books
    [book] = folder.shelf.look().books
    assert ("New name", ["a.yaml"]) == (book.playbook.name if book.playbook else "", folder.reads)
    assert () == folder.shelf.look().books


def test_what_playbooks_use_is_read_by_all_of_them(folder: Folder) -> None:
    folder.write("9b.csv", "id,name\nana.r,Ana\n")
    folder.shelf.look()
    folder.shelf.look()
    assert ["a.yaml", "b.yaml"] == folder.reads


def test_a_broken_file_keeps_its_version_and_a_mended_one_is_new(folder: Folder) -> None:
    folder.write("a.yaml", "playbook: [")
    folder.shelf.look()
    [broken] = folder.shelf.look().books
    assert ("A", True) == (broken.playbook.name if broken.playbook else "", "a.yaml:1" in (broken.problem or ""))
    folder.write("a.yaml", BOOK.format("A "))
    folder.shelf.look()
    [mended] = folder.shelf.look().books
    assert mended.problem is None


def test_of_two_files_with_one_name_the_second_waits_until_the_first_is_gone(folder: Folder) -> None:
    folder.write("c.yaml", BOOK.format("A"))
    folder.shelf.look()
    folder.shelf.look()
    assert {"a.yaml": False, "b.yaml": False, "c.yaml": True} == folder.problems()
    (folder.path / "a.yaml").unlink()
    assert () == folder.shelf.look().gone
    assert [str(folder.path / "a.yaml")] == list(folder.shelf.look().gone)
    assert {"b.yaml": False, "c.yaml": False} == folder.problems()


def test_a_log_that_grows_in_the_folder_keeps_nothing_from_being_read(folder: Folder) -> None:
    for number in range(3):
        folder.write("serve.log", "x" * number)
        folder.write("still-written.csv", "x" * number)
        if number == 0:
            folder.write("a.yaml", BOOK.format("New name"))
        found = folder.shelf.look().books
        assert (number == 1) == bool(found)
    assert ["a.yaml"] == folder.reads


def test_a_new_file_is_not_there_before_it_is_whole_nor_gone_while_it_is_replaced(folder: Folder) -> None:
    folder.write("a.yaml", BOOK.format("New name"))
    folder.shelf.look()
    folder.write("c.yaml", BOOK.format("C")[:30])
    assert ["a.yaml"] == [Path(book.file).name for book in folder.shelf.look().books]
    folder.write("c.yaml", BOOK.format("C"))
    (folder.path / "b.yaml").rename(folder.path / "b.old")
    folder.shelf.look()
    (folder.path / "b.old").rename(folder.path / "b.yaml")
    change = folder.shelf.look()
    assert (["c.yaml"], ()) == ([Path(book.file).name for book in change.books], change.gone)


def test_what_begins_with_a_dot_is_passed_over(folder: Folder) -> None:
    (folder.path / ".git").mkdir()
    folder.write(".git/index", "x")
    folder.shelf.look()
    assert ((), []) == (folder.shelf.look().books, folder.reads)
