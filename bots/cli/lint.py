"""`bots lint`: all problems of playbooks at once, without running anything."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from bots.cli.exits import Exit
from bots.cli.options import inputs_of
from bots.playbook import Problem, lint, render, to_json

__all__ = ["lint_paths"]


def lint_paths(paths: Sequence[str], *, inputs: Sequence[str], format: str) -> int:  # noqa: A002 -- the option's name
    """Print the problems of all playbooks in `paths`; 3 if one of them could not run."""
    if format not in ("text", "json"):
        raise typer.BadParameter("must be text or json", param_hint="--format")
    files = [file for path in paths for file in _playbooks(Path(path))]
    given = inputs_of(inputs)
    problems = [problem for file in files for problem in lint(file, inputs=given)]
    typer.echo(to_json(problems) if format == "json" else _text(files, problems))
    return Exit.PLAYBOOK if any(problem.severity == "error" for problem in problems) else Exit.DONE


def _playbooks(path: Path) -> Iterator[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".yml"))
        if not found:
            raise typer.BadParameter(f"there is no playbook (*.yaml) in {path}", param_hint="PATH")
        yield from found
    else:
        yield path


def _text(files: Sequence[Path], problems: Sequence[Problem]) -> str:
    errors = sum(problem.severity == "error" for problem in problems)
    playbooks = _counted(len(files), "playbook")
    if not problems:
        return f"{playbooks}, no problems"
    counts = f"{_counted(errors, 'error')}, {_counted(len(problems) - errors, 'warning')} in {playbooks}"
    return f"{render(problems)}\n{counts}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
