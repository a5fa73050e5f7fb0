"""`bots lint`: all problems of playbooks at once, without running anything."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import typer

from bots import __version__
from bots.cli.exits import Exit
from bots.cli.files import cases_in, counted, is_case, playbooks_in
from bots.cli.options import inputs_of
from bots.playbook import MANUAL, Heard, Problem, Sound, case_problems, lint, render, to_github, to_json, to_sarif

__all__ = ["explain_problem", "lint_paths"]

FORMATS = ("text", "json", "sarif", "github")


def lint_paths(
    paths: Sequence[str], *, inputs: Sequence[str], format: str, strict: bool, audio: bool  # noqa: A002 -- the option
) -> int:  # fmt: skip
    """Print the problems of all playbooks in `paths`; 3 if one could not run, or with `strict` has a warning."""
    if format not in FORMATS:
        raise typer.BadParameter(f"must be one of {', '.join(FORMATS)}", param_hint="--format")
    if not paths:
        raise typer.BadParameter("name a playbook or a folder, or --explain ID", param_hint="PATH")
    files = [file for file in playbooks_in(paths) if not is_case(file)]
    cases = cases_in(paths)
    given = inputs_of(inputs)
    listen = _listener(tells=format == "text") if audio else None
    problems = [problem for file in files for problem in lint(file, inputs=given, listen=listen)]
    broken = [problem for case in cases for problem in case_problems(case)]
    problems += [problem for problem in dict.fromkeys(broken) if problem not in problems]  # a playbook's are told once
    _print(files, problems, format)
    is_bad = any(strict or problem.severity == "error" for problem in problems)
    return Exit.PLAYBOOK if is_bad else Exit.DONE


def explain_problem(problem_id: str) -> int:
    """Print what a problem means, an example and how to mend it.

    Raises:
        typer.BadParameter: there is no such problem.
    """
    explained = MANUAL.get(problem_id)
    if explained is None:
        raise typer.BadParameter(
            f"no problem has this id; there are {', '.join(sorted(MANUAL))}", param_hint="--explain"
        )
    typer.echo(explained.render(problem_id))
    return Exit.DONE


def _listener(*, tells: bool) -> Callable[[Iterable[Sound]], dict[Sound, Heard]]:
    """Decodes sounds, and prints a line for each if it is to tell."""
    from bots.cli.audio import listen, table  # the media stack takes half a second to load

    def heard_of(sounds: Iterable[Sound]) -> dict[Sound, Heard]:
        heard = listen(sounds)
        if tells and heard:
            typer.echo(table(heard))
        return heard

    return heard_of


def _print(files: Sequence[Path], problems: Sequence[Problem], form: str) -> None:
    match form:
        case "json":
            typer.echo(to_json(problems))
        case "sarif":
            typer.echo(to_sarif(problems, version=__version__))
        case "github":
            if problems:
                typer.echo(to_github(problems))
        case _:
            typer.echo(_text(files, problems))


def _text(files: Sequence[Path], problems: Sequence[Problem]) -> str:
    errors = sum(problem.severity == "error" for problem in problems)
    playbooks = counted(len(files), "playbook")
    if not problems:
        return f"{playbooks}, no problems"
    counts = f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')} in {playbooks}"
    return f"{render(problems)}\n{counts}"
