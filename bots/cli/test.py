"""`bots test`: the tests of playbooks (`*.test.yaml`), played in virtual time; see docs/tools.md."""

import json
import signal
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

import typer

from bots.cli.cases import CaseOutcome, coverage, run_case
from bots.cli.exits import Exit
from bots.cli.files import cases_in, counted, is_case
from bots.cli.junit import to_junit
from bots.errors import ConfigError, PlaybookError
from bots.playbook import load_case
from bots.simulation import Coverage

__all__ = ["play_tests"]

FORMATS = ("text", "json")


def play_tests(
    paths: Sequence[str], *, pattern: str, processes: int, junit: str, shows_coverage: bool, format: str  # noqa: A002 -- the option
) -> int:  # fmt: skip
    """Run them; 0 all passed, 6 one failed, 3 one is broken.

    Raises:
        ConfigError: the report cannot be written.
    """
    if format not in FORMATS:
        raise typer.BadParameter("must be text or json", param_hint="--format")
    files = _chosen(paths, pattern)
    outcomes: list[CaseOutcome] = []
    for one in _outcomes(files, processes):
        outcomes.append(one)
        if format == "text":
            _tell(one)
    covered = coverage(outcomes) if shows_coverage else []
    if junit:
        _write(junit, to_junit(outcomes))
    if format == "json":
        typer.echo(_json(outcomes, covered))
    else:
        _tell_all(outcomes, covered)
    kinds = {one.outcome for one in outcomes}
    return Exit.PLAYBOOK if "broken" in kinds else Exit.EXPECT if "failed" in kinds else Exit.DONE


def _chosen(paths: Sequence[str], pattern: str) -> list[str]:
    """The tests to run.

    Raises:
        typer.BadParameter: there is none.
    """
    strange = [path for path in paths if not Path(path).is_dir() and not is_case(Path(path))]
    if strange:
        raise typer.BadParameter(f"{strange[0]} is no test; name a *.test.yaml or a folder", param_hint="PATH")
    files = [str(file) for file in cases_in(paths)]
    if not files:
        raise typer.BadParameter(f"there is no test (*.test.yaml) in {', '.join(paths)}", param_hint="PATH")
    chosen = [file for file in files if not pattern or _fits(pattern, file)]
    if not chosen:
        raise typer.BadParameter(f"no test of {len(files)} fits {pattern!r}", param_hint="-k")
    return chosen


def _fits(pattern: str, file: str) -> bool:
    """Is the pattern in the file's name or in the test's own? * is anything."""
    try:
        name = load_case(file).name
    except PlaybookError:
        name = ""  # it is told when it is run
    return fnmatchcase(f"{file} {name}".casefold(), f"*{pattern.casefold()}*")


def _outcomes(files: Sequence[str], processes: int) -> Iterable[CaseOutcome]:
    """The outcomes in the order of the files, as soon as they are there."""
    if processes == 1 or len(files) == 1:
        yield from map(run_case, files)
        return
    pool = ProcessPoolExecutor(
        min(processes, len(files)), mp_context=get_context("spawn"), initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    try:
        yield from pool.map(run_case, files)
    except BaseException:  # Ctrl-C: nobody waits for the tests that are still to come
        pool.shutdown(wait=False, cancel_futures=True)
        for process in active_children():
            process.terminate()
        raise
    pool.shutdown()


def _tell(one: CaseOutcome) -> None:
    word = {"passed": "passed", "failed": "FAILED", "broken": "BROKEN"}[one.outcome]
    name = "" if one.name == one.file else f": {one.name}"
    took = "" if one.outcome == "broken" else f" ({one.seconds:.1f} s)"
    typer.echo(f"{word}  {one.file}{name}{took}")
    for problem in one.problems:
        typer.echo(problem.render())


def _tell_all(outcomes: Sequence[CaseOutcome], covered: Sequence[Coverage]) -> None:
    counts = {kind: sum(one.outcome == kind for one in outcomes) for kind in ("passed", "failed", "broken")}
    parts = [f"{count} {kind}" for kind, count in counts.items() if count]
    typer.echo(f"{counted(len(outcomes), 'test')}: {', '.join(parts)}")
    for one in covered:
        typer.echo(f"{one.file}: {one.reached} of {one.total} reached")
        for place, told in one.missed:
            typer.echo(f"  {place}: {told}")


def _json(outcomes: Sequence[CaseOutcome], covered: Sequence[Coverage]) -> str:
    tests = [
        {
            "file": one.file, "name": one.name, "outcome": one.outcome, "seconds": round(one.seconds, 3),
            "playbook": one.playbook or None, "problems": [problem.to_json() for problem in one.problems],
        }
        for one in outcomes
    ]  # fmt: skip
    found: dict[str, Any] = {"tests": tests}
    if covered:
        found["coverage"] = [
            {
                "playbook": one.file, "total": one.total, "reached": one.reached,
                "missed": [{"place": place, "what": told} for place, told in one.missed],
            }
            for one in covered
        ]  # fmt: skip
    return json.dumps(found, ensure_ascii=False, indent=2)


def _write(path: str, data: bytes) -> None:
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise ConfigError(f"cannot write the report to {path}: {error.strerror}") from error
