"""From a `*.test.yaml` to a test that can be played, with every problem at its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bots.errors import PlaybookError
from bots.playbook.cases.check import check_case
from bots.playbook.cases.model import Case
from bots.playbook.lint.finding import Finding
from bots.playbook.lint.lint import lint
from bots.playbook.model.playbook import Playbook
from bots.playbook.problem import Problem
from bots.playbook.reading.inputs import Inputs
from bots.playbook.reading.load import Examined, examine, read_file
from bots.playbook.reading.plain import locate, plain
from bots.playbook.reading.source import Document, MappingNode, Place, ScalarNode, parse
from bots.playbook.reading.translate import problems_of_keys, translate
from bots.playbook.values.shape import Loc, Marked, Reading

__all__ = ["LoadedCase", "case_problems", "load_case"]


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A test and its playbook, and the texts in which they stand."""

    case: Case
    playbook: Playbook
    document: Document
    source: Document

    @property
    def name(self) -> str:
        """What the reports call it."""
        return self.case.name or Path(self.document.file).name.removesuffix(".test.yaml")

    def problem(self, loc: Loc, message: str, problem_id: str = "not-met") -> Problem:
        """A sentence at a place of the test: by default, that what it expects was not so."""
        return Finding(loc, problem_id, message).problem(self.document)

    def place(self, *loc: str | int) -> str:
        """`file:line:column` of a part of the playbook."""
        owner = self.source.at(loc)
        assert owner.root is not None, "the playbook could be read"
        place = locate(owner.root, loc).node.place
        return f"{owner.file}:{place.line}:{place.column}"


def load_case(path: Path | str) -> LoadedCase:
    """Read a test and its playbook; `${NAME}` stays as it is, since nothing outside is touched.

    Raises:
        PlaybookError: the test or its playbook cannot mean anything; has all problems.
    """
    data, problem = read_file(path)
    if problem is not None:
        raise PlaybookError([problem])
    document = parse(data, str(path))
    document.noun = "the test"
    root = document.root
    if not isinstance(root, MappingNode) or "test_of" not in root.entries:
        if not document.problems:
            place = root.place if root else Place(1, 1)
            document.report(place, "not-a-test", 'a test is a mapping that begins with "test_of: lesson.yaml"')
        raise PlaybookError(document.problems)
    examined = _tested(document, root, Path(path).parent)
    assert examined.playbook is not None, "it has no errors"
    case = _case(document, examined.playbook)
    if case is None or document.problems:
        raise _refused(document.problems)
    return LoadedCase(case, examined.playbook, document, examined.document)


def _refused(problems: list[Problem]) -> PlaybookError:
    ordered: list[Problem] = sorted(set(problems), key=lambda problem: problem.order)
    return PlaybookError(ordered)


def case_problems(path: Path | str) -> list[Problem]:
    """What is wrong with a test, or with its playbook."""
    try:
        load_case(path)
    except PlaybookError as error:
        return [problem for problem in error.problems if isinstance(problem, Problem)]
    return []


def _tested(document: Document, root: MappingNode, folder: Path) -> Examined:
    """The playbook that is tested.

    Raises:
        PlaybookError: it is not there, or it has errors.
    """
    node = root.entries["test_of"][1]
    path = folder / node.text if isinstance(node, ScalarNode) else folder
    data, problem = read_file(path)
    if problem is not None:
        document.report(node.place, "unreadable", f"the playbook that is tested: {problem.message}")
        raise PlaybookError(document.problems)
    inputs = _inputs(root)
    examined = examine(data, file=str(path), folder=path.resolve().parent, environment=None, inputs=inputs)
    errors = [one for one in (*examined.problems, *lint(path, inputs=inputs)) if one.severity == "error"]
    if examined.playbook is None or errors:
        raise _refused(errors)
    return examined


def _inputs(root: MappingNode) -> dict[str, str]:
    section = root.entries.get("inputs", (None, None))[1]
    entries: Mapping[str, tuple[ScalarNode, object]] = section.entries if isinstance(section, MappingNode) else {}
    return {name: node.text for name, (_, node) in entries.items() if isinstance(node, ScalarNode)}


def _case(document: Document, playbook: Playbook) -> Case | None:
    values = plain(document, Inputs())
    assert isinstance(values, Marked), "the root is a mapping"
    reading = Reading(
        clips=frozenset(playbook.audio),
        bot_ids={bot_id: bot.count for bot_id, bot in playbook.bots.items()},
        has_zone=playbook.timezone is not None,
    )
    case = None
    try:
        case = Case.model_validate(values, context=reading, by_alias=True, by_name=False)
    except ValidationError as cause:
        document.problems += translate(cause.errors(include_url=False), document)
    findings = [] if case is None else list(check_case(case, playbook))
    nobody = {finding.loc for finding in findings if finding.is_about_key}  # what is said of nobody is not looked at
    reading.unknown_keys = [one for one in reading.unknown_keys if one[0] not in nobody]
    document.problems += problems_of_keys(reading, document)
    document.problems += [finding.problem(document) for finding in findings]
    return case
