"""`bots explain`: a lesson in plain English, or what a new version of it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import typer

from bots.cli.exits import Exit
from bots.cli.options import inputs_of
from bots.cli.programs import print_json
from bots.errors import PlaybookError
from bots.playbook import Playbook, changes, examine_file, explain, facts

__all__ = ["explain_playbook"]


def explain_playbook(path: str, *, old: str, inputs: Sequence[str], as_json: bool = False) -> int:
    """Print the lesson, or with an old version what changes for the class.

    Raises:
        PlaybookError: it cannot be read.
    """
    given = inputs_of(inputs)
    new_playbook = _read(path, given)
    told: dict[str, object] = {"playbook": new_playbook.name}
    if old:
        found = changes(_read(old, given), new_playbook)
        told["changes"], text = found, "\n".join(found) or "Nothing changes for the class."
    else:
        told["facts"], text = [asdict(fact) for fact in facts(new_playbook)], explain(new_playbook)
    if as_json:
        print_json(told)
    else:
        typer.echo(text)
    return Exit.DONE


def _read(path: str, inputs: Mapping[str, str]) -> Playbook:
    examined = examine_file(path, inputs=inputs)
    if examined.playbook is None:
        raise PlaybookError(examined.problems)
    return examined.playbook
