"""The playbooks, and the tests of playbooks, that paths on the command line mean."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from bots.playbook import is_part_file

__all__ = ["cases_in", "counted", "is_case", "playbooks_below", "playbooks_in"]

MOST_ENTRIES = 20_000  # a folder of playbooks with its sounds has hundreds; a whole disk has millions
_CASES = (".test.yaml", ".test.yml")


def playbooks_in(paths: Iterable[str], *, parts: bool = False) -> list[Path]:
    """Files as they are, folders as all playbooks below them, without their tests, and without what begins with a dot.

    Args:
        parts: with the files that playbooks use.

    Raises:
        typer.BadParameter: there is none in a folder, or it holds too much to be one of playbooks.
    """
    return [file for path in paths for file in _playbooks(Path(path), parts=parts)]


def cases_in(paths: Iterable[str]) -> list[Path]:
    """Tests as they are, folders as all tests below them; raises as `playbooks_in` does."""
    found = [file for path in paths for file in _below(Path(path))]
    return list(dict.fromkeys(file for file in found if is_case(file)))


def playbooks_below(folder: Path) -> list[Path]:
    """The playbooks in a folder, perhaps none; raises as `playbooks_in` does."""
    return [file for file in _below(folder) if not is_case(file) and not is_part_file(file)]


def is_case(path: Path) -> bool:
    """Is it the test of a playbook, by its name?"""
    return path.name.endswith(_CASES)


def counted(count: int, noun: str, several: str = "") -> str:
    """`1 playbook`, `2 playbooks`."""
    return f"{count} {noun}" if count == 1 else f"{count} {several or f'{noun}s'}"


def _playbooks(path: Path, *, parts: bool) -> Iterator[Path]:
    if path.is_dir():
        found = [file for file in _below(path) if not is_case(file) and (parts or not is_part_file(file))]
        if not found:
            raise typer.BadParameter(f"there is no playbook (*.yaml) in {path}", param_hint="PATH")
        yield from found
    else:
        yield path


def _below(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found, seen = list[Path](), 0
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        seen += len(folders) + len(names)
        if seen > MOST_ENTRIES:
            raise typer.BadParameter(
                f"{path} holds more than {MOST_ENTRIES:,} files and folders; name the folder that has the playbooks",
                param_hint="PATH",
            )
        found += [Path(folder, name) for name in names if name.endswith((".yaml", ".yml")) and name[0] != "."]
    return sorted(found)
