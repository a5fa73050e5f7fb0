"""Broken playbooks, one fault each: one problem each, with the id and the place that its first line says."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from bots.errors import PlaybookError
from bots.playbook import MANUAL, Heard, Problem, Sound, lint, lint_text, load
from bots.playbook.reading.source import MappingNode, Node, ScalarNode, SequenceNode, parse
from tests.unit.playbook.texts import EVERYTHING

FOLDER = Path(__file__).parents[3] / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))
SILENT_HERE = {
    "cannot-format",  # of bots fmt
    "unreadable",  # of the file, not of what it says: test_hard_inputs.py
    "not-a-test", "not-met", "unknown-act", "unknown-rule",  # of tests of playbooks
}  # fmt: skip
HEARD = {
    "bell": Heard(1.0, -20.0, 0.0, 0.0), "none": Heard(0.0, 0.0, 0.0, 0.0, fault="this is no sound"),
    "silent": Heard(1.0, -127.0, 0.0, 0.0), "clipped": Heard(1.0, -3.0, 0.5, 0.0),
    "long": Heard(900.0, -20.0, 0.0, 0.0),
}  # fmt: skip


def listen(sounds: Iterable[Sound]) -> dict[Sound, Heard]:
    """What the sounds of the folder are said to be; decoding them is for `bots lint --audio`."""
    return {sound: HEARD[Path(sound.path).stem] for sound in sounds}


def problems_of(file: Path) -> list[Problem]:
    """All problems, as before a run: no environment, inputs have to be given."""
    try:
        load(file)
    except PlaybookError as error:
        return [problem for problem in error.problems if isinstance(problem, Problem)]
    return lint(file, environment={}, listen=listen)


def place_of(problem: Problem, file: Path) -> str:
    """Line and column, with the file if it is one that this file uses."""
    other = "" if Path(problem.file) == file else f"{Path(problem.file).relative_to(FOLDER)}:"
    return f"{other}{problem.line}:{problem.column}"


def expected_of(file: Path) -> tuple[str, str]:
    match = re.match(rb"# expect: ([a-z-]+) ((?:\S+:)?\d+:\d+)\n", file.read_bytes())
    assert match is not None, "the first line says what is expected: # expect: ID [FILE:]LINE:COLUMN"
    return match[1].decode(), match[2].decode()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_one_fault_is_one_problem_at_its_place(file: Path) -> None:
    found = [(problem.id, place_of(problem, file)) for problem in problems_of(file)]
    assert [expected_of(file)] == found


def test_the_broken_playbooks_have_problems_of_nearly_all_kinds() -> None:
    kinds = {expected_of(file)[0] for file in FILES}
    assert kinds <= set(MANUAL) - SILENT_HERE
    assert (len(FILES) >= 60, len(kinds) >= 60) == (True, True)


def _keys(node: Node, way: tuple[str, ...] = ()) -> Iterator[tuple[ScalarNode, tuple[str, ...]]]:
    """The keys of the language in a tree: not the ids of bots and the names of clips, inputs and steps."""
    if isinstance(node, MappingNode):
        for name, (key, value) in node.entries.items():
            if way not in (("bots",), ("audio",), ("inputs",), ("steps",)):
                yield key, way
            yield from _keys(value, (*way, name))
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _keys(item, (*way, "[]"))


def test_a_misspelt_key_is_one_problem_wherever_it_stands() -> None:
    root, lines = parse(EVERYTHING, "t.yaml").root, EVERYTHING.splitlines()
    assert root is not None
    for key, _ in _keys(root):
        if len(key.text) < 3 or key.text == "playbook":  # "in", "at" and "do" are too short to be guessed
            continue
        line, at = lines[key.place.line - 1], key.place.column - 1
        misspelt = f"{line[:at]}{key.text[:-1]}x{key.text[-1:]}{line[at + len(key.text) :]}"
        text = "\n".join([*lines[: key.place.line - 1], misspelt, *lines[key.place.line :]])
        problems = lint_text(text)
        assert [(key.place.line, key.place.column)] == [(found.line, found.column) for found in problems], misspelt
