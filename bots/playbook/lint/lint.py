"""All that can be known to be wrong before a playbook runs: the loader's problems and static checks."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bots.playbook.lint.allowed import without_allowed
from bots.playbook.lint.checks import check
from bots.playbook.lint.soundcheck import BY_EAR, Listen, check_heard, sounds_of
from bots.playbook.problem import Problem, most_important
from bots.playbook.reading.load import Examined, examine, read_file
from bots.playbook.reading.source import Document

__all__ = ["examine_file", "lint", "lint_text", "render", "to_json"]


def lint(
    path: Path | str,
    *,
    environment: Mapping[str, str] | None = None,
    inputs: Mapping[str, str] | None = None,
    listen: Listen | None = None,
) -> list[Problem]:
    """The problems of a playbook file, in the order of the text.

    The static checks need a playbook that can be read; they are added once the loader finds nothing wrong.

    Args:
        path: the file.
        environment: what `${NAME}` may name; None, as in CI, does not ask.
        inputs: values by input name; something stands in for those without value and default.
        listen: decodes sounds; None leaves them alone.
    """
    data, problem = read_file(path)
    if problem is not None:
        return [problem]
    folder = Path(path).resolve().parent
    return lint_text(data, file=str(path), folder=folder, environment=environment, inputs=inputs, listen=listen)


def lint_text(
    data: bytes | str,
    *,
    file: str = "playbook.yaml",
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    inputs: Mapping[str, str] | None = None,
    listen: Listen | None = None,
) -> list[Problem]:
    """The problems of a playbook text, in its order; without a folder, files are not looked for."""
    examined = examine(
        data, file=file, folder=folder, environment=environment, inputs=inputs or {}, must_be_given=False
    )
    found = list(examined.problems)
    if examined.playbook is not None:
        found += check(examined.playbook, examined.document)
        found += check_heard(examined, listen(sounds_of(examined.playbook))) if listen else []
    unchecked = frozenset() if listen else BY_EAR
    kept: list[Problem] = []
    for document in (examined.document, *examined.document.used):
        own = [problem for problem in found if problem.file == document.file]
        kept += without_allowed(own, document, unchecked=unchecked)
    return most_important(kept)


def examine_file(path: Path | str, *, inputs: Mapping[str, str] | None = None) -> Examined:
    """A playbook file as `lint` sees it: without an environment, with something for inputs that are not given."""
    data, problem = read_file(path)
    if problem is not None:
        return Examined(Document(str(path)), None, [problem])
    folder = Path(path).resolve().parent
    return examine(data, file=str(path), folder=folder, environment=None, inputs=inputs or {}, must_be_given=False)


def render(problems: Sequence[Problem]) -> str:
    """Text for people: each problem with its line and caret."""
    return "\n".join(problem.render() for problem in problems)


def to_json(problems: Sequence[Problem]) -> str:
    """One JSON array, an object a problem."""
    return json.dumps([problem.to_json() for problem in problems], ensure_ascii=False, indent=2)
