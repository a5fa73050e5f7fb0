"""The report of tests as JUnit XML, which CI systems read."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from bots.cli.cases import CaseOutcome

__all__ = ["to_junit"]


def to_junit(outcomes: Sequence[CaseOutcome]) -> bytes:
    """A suite a playbook, a case a test; an expectation that was not met is a failure, a broken test an error."""
    root = ET.Element("testsuites", {"name": "bots test", **_totals(outcomes)})
    suites: dict[str, list[CaseOutcome]] = {}
    for one in outcomes:
        suites.setdefault(one.playbook or one.file, []).append(one)
    for name, cases in suites.items():
        suite = ET.SubElement(root, "testsuite", {"name": name, "skipped": "0", **_totals(cases)})
        for case in cases:
            _add(suite, name, case)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add(suite: ET.Element, name: str, case: CaseOutcome) -> None:
    line = str(case.problems[0].line if case.problems else 1)
    test = ET.SubElement(
        suite, "testcase", classname=name, name=case.name, file=case.file, line=line, time=f"{case.seconds:.3f}"
    )
    if case.problems:
        tag = "error" if case.outcome == "broken" else "failure"
        first = case.problems[0]
        found = ET.SubElement(test, tag, message=_clean(first.message), type=first.id)
        found.text = _clean("\n".join(problem.render() for problem in case.problems))


def _totals(cases: Sequence[CaseOutcome]) -> dict[str, str]:
    outcomes = [case.outcome for case in cases]
    return {
        "tests": str(len(cases)),
        "failures": str(outcomes.count("failed")),
        "errors": str(outcomes.count("broken")),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }


def _clean(text: str) -> str:
    """Without the characters that XML cannot have."""
    return "".join(one if one.isprintable() or one == "\n" else " " for one in text)
