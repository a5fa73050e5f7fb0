"""`bots memory`: what is remembered of who was with whom in earlier lessons; show it, take it along, forget it."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict

import typer

from bots.cli.exits import Exit
from bots.cli.files import counted
from bots.cli.programs import print_json
from bots.errors import ConfigError
from bots.fleet import FileMemory, Remembered
from bots.trace import state_folder

__all__ = ["erase_memory", "export_memory", "list_memory", "memory_of_user"]


def memory_of_user() -> FileMemory | None:
    """The memory in the user's state folder; None where there is no home."""
    folder = state_folder(os.environ)
    return None if folder is None else FileMemory(folder / "meetings.jsonl")


def list_memory(*, as_json: bool) -> int:
    """Print the rotations of which something is remembered.

    Raises:
        ConfigError: it cannot be read.
    """
    found = [_summary(name, rounds) for name, rounds in _by_rotation(_memory().rounds()).items()]
    if as_json:
        print_json(found)
    elif not found:
        typer.echo("nothing is remembered; rotations with `memory: term` or `forever` are, once they have been played")
    for one in found if not as_json else ():
        typer.echo(
            f"{one['playbook']}, {one['rotation']}: {one['rounds']} rounds from {one['first']} to {one['last']},"
            f" {one['people']} people, {one['pairs']} pairs have met"
        )
    return Exit.DONE


def export_memory(*, playbook: str, person: str) -> int:
    """Print what is remembered, a JSON object a round; of a person only their own meetings.

    Raises:
        ConfigError: it cannot be read.
    """
    for one in _memory().rounds():
        pairs = [pair for pair in one.pairs if not person or person in pair]
        if playbook in ("", one.playbook) and (pairs or not person):
            typer.echo(json.dumps({**asdict(one), "pairs": pairs}, ensure_ascii=False))
    return Exit.DONE


def erase_memory(*, playbook: str, person: str, is_all: bool, as_json: bool = False) -> int:
    """Forget a playbook's lessons, a person, a person in a playbook's lessons, or everything.

    Raises:
        typer.BadParameter: nothing is named, or too much.
        ConfigError: it cannot be written.
    """
    if is_all == bool(playbook or person):
        raise typer.BadParameter("write --playbook NAME, --person ID or both; or --all", param_hint="--all")
    count = _memory().erase(playbook=playbook, person=person)
    told = f"{counted(count, 'round')} forgotten" + (f" of {person}" if person else "")
    typer.echo(json.dumps({"rounds": count}) if as_json else told)
    return Exit.DONE


def _memory() -> FileMemory:
    memory = memory_of_user()
    if memory is None:
        raise ConfigError("there is no home folder, so nothing is remembered; set XDG_STATE_HOME")
    return memory


def _by_rotation(rounds: Iterable[Remembered]) -> dict[tuple[str, str], list[Remembered]]:
    found: dict[tuple[str, str], list[Remembered]] = {}
    for one in rounds:
        found.setdefault((one.playbook, one.rotation), []).append(one)
    return found


def _summary(name: tuple[str, str], rounds: list[Remembered]) -> dict[str, object]:
    pairs = {pair for one in rounds for pair in one.pairs}
    return {
        "playbook": name[0],
        "rotation": name[1],
        "rounds": len(rounds),
        "first": rounds[0].at[:10],
        "last": rounds[-1].at[:10],
        "people": len({person for pair in pairs for person in pair}),
        "pairs": len(pairs),
    }
