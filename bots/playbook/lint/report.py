"""Problems for other programs: SARIF 2.1.0 and the workflow commands of GitHub.

Source: OASIS SARIF 2.1.0 (sections 3.27 to 3.30); GitHub Docs, "Workflow commands", "Setting an error message".
"""

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from bots.playbook.lint.manual import MANUAL
from bots.playbook.problem import Problem

__all__ = ["to_github", "to_sarif"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(problems: Sequence[Problem], *, version: str) -> str:
    """One SARIF log with one run; every rule that has a result is described in it."""
    ids = sorted({problem.id for problem in problems})
    driver = {"name": "bots", "version": version, "rules": [_rule(problem_id) for problem_id in ids]}
    results = [_result(problem, ids.index(problem.id)) for problem in problems]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(problem_id: str) -> dict[str, Any]:
    explained = MANUAL[problem_id]
    help_text = f"{explained.meaning}\n\nTo mend it: {explained.mending}"
    return {"id": problem_id, "shortDescription": {"text": explained.meaning}, "help": {"text": help_text}}


def _result(problem: Problem, rule_index: int) -> dict[str, Any]:
    region: dict[str, Any] = {
        "startLine": problem.line,
        "startColumn": problem.column,
        "endColumn": problem.column + problem.width,
    }
    if problem.source:
        region["snippet"] = {"text": problem.source}
    location = {"artifactLocation": {"uri": _uri(PurePath(problem.file))}, "region": region}
    return {
        "ruleId": problem.id,
        "ruleIndex": rule_index,
        "level": problem.severity,
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": location}],
    }


def _uri(path: PurePath) -> str:
    """Relative paths stay relative: to the folder that the command was started in."""
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def to_github(problems: Sequence[Problem]) -> str:
    """A workflow command a line, which GitHub shows beside the code."""
    return "\n".join(
        f"::{problem.severity} file={_property(problem.file)},line={problem.line},col={problem.column},"
        f"endColumn={problem.column + problem.width},title={_property(problem.id)}::{_data(problem.message)}"
        for problem in problems
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
