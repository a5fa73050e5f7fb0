"""`bots trace diff`: did two runs decide the same, in the same order?"""

from pathlib import Path
from typing import Any

import typer

from bots.cli.exits import Exit
from bots.errors import ConfigError, WireError
from bots.simulation import compare, decisions_of, read_log

__all__ = ["diff_traces"]

_CONTEXT = 2  # equal decisions shown around a difference


def diff_traces(first: str, second: str) -> int:
    """Print what differs; 6 if something does.

    Raises:
        ConfigError: a file cannot be read, or is no log of JSON lines.
    """
    one, other = _events(first), _events(second)
    differences = compare(one, other)
    for difference in differences:
        typer.echo(f"{difference.stream}:")
        for line in _near(difference.lines):
            typer.echo(f"  {line}")
    streams = decisions_of(one)
    if not differences:
        total = sum(map(len, streams.values()))
        typer.echo(f"the same {total} decisions in the same order, in {len(streams)} streams")
        return Exit.DONE
    typer.echo(f"- only in {first}, + only in {second}")
    return Exit.EXPECT


def _events(path: str) -> list[dict[str, Any]]:
    try:
        return read_log(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    except WireError as error:
        raise ConfigError(f"{path}: {error}") from error


def _near(lines: tuple[str, ...]) -> list[str]:
    """The differing lines, and the equal ones close to them."""
    differing = [number for number, line in enumerate(lines) if not line.startswith("  ")]
    shown = {near for number in differing for near in range(number - _CONTEXT, number + _CONTEXT + 1)}
    return [line for number, line in enumerate(lines) if number in shown]
