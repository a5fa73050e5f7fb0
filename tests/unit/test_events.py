"""Every event that the product logs stands in docs/events.md, and every event there is logged."""

import ast
import re
from functools import cache
from pathlib import Path

import bots

ROOT = Path(bots.__file__).parent
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
UNUSUAL = {"library_logged", "log_interrupted"}  # written by log.py itself, in calls that look different


@cache
def logging_calls() -> list[tuple[str, ast.Call]]:
    """Each call `log.info(...)`, `self._log.warning(...)` and the like, with its place."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node)
        for path in sorted(ROOT.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and is_logging(node.func)
    ]


def is_logging(function: ast.expr) -> bool:
    """`log.info`, `self._log.info`, or `(log.info if fine else log.warning)`."""
    if isinstance(function, ast.IfExp):
        return is_logging(function.body) and is_logging(function.orelse)
    if not isinstance(function, ast.Attribute):
        return False
    holder = function.value
    name = holder.id if isinstance(holder, ast.Name) else getattr(holder, "attr", "")
    return function.attr in LEVELS and name.lower().strip("_") in {"log", "logger"}


def documented() -> set[str]:
    text = (ROOT.parent / "docs" / "events.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))


def names() -> dict[str, str]:
    return {
        str(call.args[0].value): place
        for place, call in logging_calls()
        if call.args and isinstance(call.args[0], ast.Constant)
    }


def test_an_event_is_a_name_and_never_a_sentence_put_together() -> None:
    wrong = [place for place, call in logging_calls() if not (call.args and isinstance(call.args[0], ast.Constant))]
    assert [] == wrong


def test_every_event_that_is_logged_is_documented() -> None:
    unknown = {place: name for name, place in names().items() if name not in documented()}
    assert {} == unknown


def test_every_documented_event_is_logged_somewhere() -> None:
    assert set() == documented() - set(names()) - UNUSUAL
