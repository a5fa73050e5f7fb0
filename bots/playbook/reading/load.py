"""From text to Playbook, with all problems at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bots.errors import PlaybookError
from bots.playbook.model.cast import MOST_COPIES
from bots.playbook.model.playbook import Playbook
from bots.playbook.problem import Problem, most_important
from bots.playbook.reading.files import read_file
from bots.playbook.reading.inputs import read_inputs
from bots.playbook.reading.named import problems_of_lists
from bots.playbook.reading.plain import plain
from bots.playbook.reading.roster import read_roster
from bots.playbook.reading.source import Document, MappingNode, Place, parse
from bots.playbook.reading.translate import mend_keys, problems_of_keys, translate
from bots.playbook.reading.uses import PART_KEYS, is_part, merged, read_uses
from bots.playbook.values.meant import bounded_hints
from bots.playbook.values.shape import Marked, Reading, meant_keys

__all__ = ["Examined", "examine", "load", "read", "read_file"]


@dataclass(slots=True)
class Examined:
    """What was found out about a text: the playbook, if it can mean something, and its problems in order."""

    document: Document
    playbook: Playbook | None = None
    problems: list[Problem] = field(default_factory=list)


def load(
    path: Path | str, *, environment: Mapping[str, str] | None = None, inputs: Mapping[str, str] | None = None
) -> Playbook:
    """Read a playbook file.

    Args:
        path: the file; the sounds that it names must be in its folder.
        environment: what `${NAME}` may name.
        inputs: values by input name, as text.

    Raises:
        PlaybookError: it cannot mean anything; has all problems.
    """
    data, problem = read_file(path)
    if problem is not None:
        raise PlaybookError([problem])
    return read(data, file=str(path), folder=Path(path).resolve().parent, environment=environment, inputs=inputs)


def read(
    data: bytes | str,
    *,
    file: str = "playbook.yaml",
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    inputs: Mapping[str, str] | None = None,
) -> Playbook:
    """Read a playbook text; without a folder, the sounds that it names are not looked for.

    Raises:
        PlaybookError: it cannot mean anything; has all problems.
    """
    examined = examine(data, file=file, folder=folder, environment=environment or {}, inputs=inputs or {})
    if examined.playbook is None:
        raise PlaybookError(examined.problems)
    return examined.playbook


def examine(
    data: bytes | str,
    *,
    file: str,
    folder: Path | None,
    environment: Mapping[str, str] | None,
    inputs: Mapping[str, str],
    must_be_given: bool = True,
) -> Examined:
    """Find out all about a text; raises nothing.

    Args:
        environment: None leaves `${NAME}` as it is.
        must_be_given: an input without a value is a problem.
    """
    with bounded_hints():
        return _examine(parse(data, file), file, folder, environment, inputs, must_be_given=must_be_given)


def _examine(
    document: Document,
    file: str,
    folder: Path | None,
    environment: Mapping[str, str] | None,
    inputs: Mapping[str, str],
    *,
    must_be_given: bool,
) -> Examined:
    root = document.root
    if not isinstance(root, MappingNode) or "playbook" not in root.entries:
        if not document.problems:
            place = root.place if root else Place(1, 1)
            message = 'a playbook is a mapping that begins with "playbook: 1"'
            if is_part(root):
                message += f"; this has {', '.join(PART_KEYS[1:])} for others to use: name the playbook that uses it"
            document.report(place, "not-a-playbook", message)
        return _examined(document, None)
    read_uses(document, folder)
    given = read_inputs(document, inputs, must_be_given=must_be_given)
    values = merged(document, given)
    if (people := read_roster(document, folder)) is not None:
        values = values.having(roster=plain(people, given)["roster"])
    reading = _reading(values, folder, environment)
    reading.is_whole = document.is_whole
    playbook = None
    try:
        internal = {"file": file, "folder": str(folder) if folder else ""}
        playbook = Playbook.model_validate(values.having(**internal), context=reading, by_alias=True, by_name=False)
        facts = dict(zip(playbook.steps, reading.list_facts, strict=True))
        document.problems += problems_of_lists(playbook, facts, document)
    except ValidationError as cause:
        mend_keys(reading, document)
        document.problems += translate(cause.errors(include_url=False), document)
    document.problems += problems_of_keys(reading, document)
    return _examined(document, playbook)


def _examined(document: Document, playbook: Playbook | None) -> Examined:
    problems = most_important(document.all_problems())
    has_errors = any(problem.severity == "error" for problem in problems)
    return Examined(document, None if has_errors else playbook, problems)


def _reading(values: Marked, folder: Path | None, environment: Mapping[str, str] | None) -> Reading:
    """What the values say about each other: clips, bots, zone; under misspelt keys too."""
    meant = {near: values[key] for key, near in meant_keys(values, Playbook.yaml_keys()).items()}
    values = values.having(**meant)
    bots = _mapping(values, "bots")
    return Reading(
        folder=folder,
        environment=environment,
        clips=frozenset(_mapping(values, "audio")),
        bot_ids={str(name): _count(bot) for name, bot in bots.items()},
        step_lists=frozenset(_mapping(values, "steps")),
        rotations=frozenset(_mapping(values, "rotations")),
        people=_people(values),
        has_zone="timezone" in values,
    )


def _people(values: Marked) -> frozenset[str]:
    """The ids of the roster."""
    roster = values.get("roster")
    entries = [one for one in roster if isinstance(one, Mapping)] if isinstance(roster, list) else []
    return frozenset(str(one["id"]) for one in entries if "id" in one)


def _mapping(values: Marked, key: str) -> Mapping[str, Any]:
    found = values.get(key)
    return found if isinstance(found, Mapping) else {}


def _count(bot: object) -> int:
    """How many copies; 0 where the playbook does not say it well, which has its own problem."""
    keys = meant_keys(bot, ["count"]) if isinstance(bot, Mapping) else {}
    count = bot.get(next(iter(keys), "count"), 1) if isinstance(bot, Mapping) else 1
    return count if type(count) is int and 1 <= count <= MOST_COPIES else 0
