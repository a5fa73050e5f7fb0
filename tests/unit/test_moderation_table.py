"""docs/moderation.md: every test that it names is there, and every word and call of ours."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import bots.room
from bots.playbook import STEPS, TRIGGERS
from bots.room import Room

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/moderation.md").read_text()
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in re.findall(r"^\| .*", TEXT, re.M)
    if not line.startswith(("| SDK call", "| ---"))
]
NAMED = sorted({tuple(one.split("::")) for one in re.findall(r"`(tests/[^`]+)`", TEXT)})


@cache
def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_is_there(file: str, name: str) -> None:
    assert name in functions(file)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_a_row_is_whole_and_what_is_done_is_tested(row: list[str]) -> None:
    assert 6 == len(row)
    assert all(row)
    assert row[4].startswith("`tests/") or (row[1][:2], row[4]) == ("no", "-")
    assert row[5] in ("both", "page", "page to bot", "bot to page", "-")


def test_the_words_of_playbooks_are_words() -> None:
    words = {word for row in ROWS for word in re.findall(r"`(\w+)(?:: [^`]*)?`", row[3])}
    settings = {"knock", "leave_when", "wait_for_moderator", "mode", "duration"}
    assert words <= {*STEPS, *TRIGGERS, *settings}


def test_the_calls_of_the_client_are_its_own() -> None:
    calls = {word for row in ROWS for word in re.findall(r"`(\w+)", row[1])}
    assert [] == [word for word in calls - {"watch_talk"} if not (hasattr(Room, word) or hasattr(bots.room, word))]


def test_the_events_are_events() -> None:
    told = TEXT.split("## What a bot is told\n")[1]
    names = set(re.findall(r"`([A-Z]\w+)`", told))
    assert [] == [name for name in names if not hasattr(bots.room, name)]
