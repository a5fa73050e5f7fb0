"""Problems that a playbook allows: `# bots: allow ID` on the line of the problem."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bots.errors import PlaybookError
from bots.playbook.layout.written import comments_with_lines
from bots.playbook.problem import Problem
from bots.playbook.reading.source import Document, MappingNode

__all__ = ["without_allowed"]

_ALLOW = re.compile(r"#\s*bots:\s*allow\b[ \t:]*(.*)", re.ASCII)
_ID = re.compile(r"[a-z][a-z-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Allowance:
    line: int
    column: int
    problem_id: str


def without_allowed(
    problems: Sequence[Problem], document: Document, *, unchecked: frozenset[str] = frozenset()
) -> list[Problem]:
    """The problems that no comment allows, with a warning for each comment that allows nothing.

    Args:
        problems: all that were found.
        document: where they were found.
        unchecked: ids that were not looked for, so that nobody knows whether their comments are needed.
    """
    if not isinstance(document.root, MappingNode) or not any("allow" in line for line in document.lines):
        return list(problems)
    allowances = list(_allowances(document))
    allowed = {(one.line, one.problem_id) for one in allowances}
    silenced = {(problem.line, problem.id) for problem in problems} & allowed
    kept = [problem for problem in problems if (problem.line, problem.id) not in silenced]
    unused = [one for one in allowances if (one.line, one.problem_id) not in silenced]
    return kept + [_unused(one, document) for one in unused if one.problem_id not in unchecked]


def _unused(one: _Allowance, document: Document) -> Problem:
    source, width = document.lines[one.line - 1], len(one.problem_id)
    message = f'this line has no problem "{one.problem_id}"; remove the comment'
    return Problem(document.file, one.line, one.column, "warning", "unused-allow", message, source, width)


def _allowances(document: Document) -> Iterator[_Allowance]:
    try:
        comments = comments_with_lines("\n".join(document.lines), document.file)
    except PlaybookError:
        return  # YAML that no layout can be read from; its own problem says more
    for line, column, comment in comments:
        match = _ALLOW.match(comment)
        if match is None:
            continue
        for found in _ID.finditer(match[1].partition("#")[0].partition(" -- ")[0]):
            yield _Allowance(line, column + match.start(1) + found.start(), found[0])
