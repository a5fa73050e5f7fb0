"""`bots explain`: a lesson in plain English, or what a new version of it changes."""

from collections.abc import Mapping, Sequence

import typer

from bots.cli.exits import Exit
from bots.cli.options import inputs_of
from bots.errors import PlaybookError
from bots.playbook import Playbook, changes, examine_file, explain

__all__ = ["explain_playbook"]


def explain_playbook(path: str, *, old: str, inputs: Sequence[str]) -> int:
    """Print the lesson, or with an old version what changes for the class.

    Raises:
        PlaybookError: it cannot be read.
    """
    given = inputs_of(inputs)
    new_playbook = _read(path, given)
    if not old:
        typer.echo(explain(new_playbook))
        return Exit.DONE
    found = changes(_read(old, given), new_playbook)
    typer.echo("\n".join(found) or "Nothing changes for the class.")
    return Exit.DONE


def _read(path: str, inputs: Mapping[str, str]) -> Playbook:
    examined = examine_file(path, inputs=inputs)
    if examined.playbook is None:
        raise PlaybookError(examined.problems)
    return examined.playbook
