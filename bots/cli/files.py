"""The playbooks that paths on the command line mean."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

__all__ = ["counted", "playbooks_in"]


def playbooks_in(paths: Iterable[str]) -> list[Path]:
    """Files as they are, folders as all playbooks below them.

    Raises:
        typer.BadParameter: there is none in a folder.
    """
    return [file for path in paths for file in _playbooks(Path(path))]


def counted(count: int, noun: str) -> str:
    """`1 playbook`, `2 playbooks`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _playbooks(path: Path) -> Iterator[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".yml"))
        if not found:
            raise typer.BadParameter(f"there is no playbook (*.yaml) in {path}", param_hint="PATH")
        yield from found
    else:
        yield path
