"""`bots trace`: why did something happen or not, and did two runs decide the same, in the same order?"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from bots.cli.exits import Exit
from bots.cli.programs import print_json
from bots.errors import ConfigError, WireError
from bots.playbook.values.meant import did_you_mean
from bots.trace import (
    BotStory,
    Kept,
    RuleStory,
    compare,
    decisions_of,
    kept_traces,
    read_log,
    state_folder,
    stories_of,
    told,
)

__all__ = ["diff_traces", "forget_traces", "list_traces", "tell_trace"]

_COUNTED = {  # of a story -> what each key of the counter says
    "false": ("part", "seen"), "dropped": ("reason",), "ended": ("outcome", "reason"),
    "steps": ("kind", "step", "outcome"), "failed": ("step", "reason"), "branches": ("condition", "branch", "seen"),
    "decided": ("entry", "action"), "settled": ("end", "reason"),
}  # fmt: skip
_CONTEXT = 2  # equal decisions shown around a difference


def tell_trace(name: str, *, of_session: Callable[[str], Sequence[str]], as_json: bool = False) -> int:
    """Print what became of every rule.

    Args:
        name: of a trace, a file, or a session.
        of_session: the ids of a session's traces, the oldest first; none if there is no such session.

    Raises:
        ConfigError: there is no such trace, or it is no log of JSON lines.
    """
    kept = {one.id: one.path for one in _kept()}
    is_trace = Path(name).is_file() or any(one.startswith(name) for one in kept)
    traces = [] if is_trace else of_session(name)
    paths = [kept[one] for one in traces if one in kept] if traces else [_path_of(name)]
    if not paths:
        raise ConfigError(f"no trace of {name} is kept any more; bots trace list shows those that are")
    events = [event for path in paths for event in _events(str(path))]
    if as_json:
        stories = {bot: _story_json(story) for bot, story in stories_of(events).items()}
        print_json({"bots": stories})
        return Exit.DONE
    for line in told(events):
        typer.echo(line)
    return Exit.DONE


def _story_json(story: BotStory | RuleStory) -> dict[str, Any]:
    """Every count as an object, with names for what is counted."""
    values: dict[str, Any] = {one.name: getattr(story, one.name) for one in fields(story)}
    for name, keys in _COUNTED.items():
        if name in values:
            values[name] = [
                dict(zip(keys, (key,) if isinstance(key, str) else key, strict=True)) | {"times": times}
                for key, times in values[name].items()
            ]
    if isinstance(story, BotStory):
        values["rules"] = {rule: _story_json(one) for rule, one in story.rules.items()}
    return values


def list_traces(*, as_json: bool) -> int:
    """Print the traces that are kept."""
    found = _kept()
    if as_json:
        values = [{"id": one.id, "file": str(one.path), "written_at": _written(one)} for one in found]
        typer.echo(json.dumps(values, indent=2))
    elif not found:
        typer.echo("no traces are kept yet; bots run and bots simulate leave one each")
    else:
        for one in found:
            typer.echo(f"{_written(one)}  {one.id}")
    return Exit.DONE


def _kept() -> list[Kept]:
    folder = state_folder(os.environ)
    return [] if folder is None else kept_traces(folder / "traces")


def _written(one: Kept) -> str:
    return datetime.fromtimestamp(one.path.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _path_of(name: str) -> Path:
    """The file that a name means: a file, an id, or the beginning of just one id.

    Raises:
        ConfigError: none, or several.
    """
    if Path(name).is_file():
        return Path(name)
    found = _kept()
    exact = [one.path for one in found if one.id == name]
    like = [one for one in found if one.id.startswith(name)]
    if exact or len(like) == 1:
        return exact[0] if exact else like[0].path
    if like:
        raise ConfigError(f"{name!r} fits {len(like)} traces: {', '.join(one.id for one in like[:5])}")
    hint = did_you_mean(name, [one.id for one in found])
    raise ConfigError(f"no trace and no file is called {name!r}{hint or '; bots trace list shows the traces'}")


def forget_traces(ids: Iterable[str]) -> None:
    """Remove traces; those that are gone already stay gone."""
    kept = {one.id: one.path for one in _kept()}
    for name in ids:
        if name in kept:
            kept[name].unlink(missing_ok=True)


def diff_traces(first: str, second: str, *, as_json: bool = False) -> int:
    """Print what differs; 6 if something does.

    Raises:
        ConfigError: a file cannot be read, or is no log of JSON lines.
    """
    one, other = _events(first), _events(second)
    differences = compare(one, other)
    if as_json:
        found = [
            {"stream": difference.stream, "lines": [_side(line) for line in _near(difference.lines)]}
            for difference in differences
        ]
        print_json({"is_same": not found, "differences": found})
        return Exit.EXPECT if found else Exit.DONE
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


def _side(line: str) -> dict[str, str]:
    """A line of a difference: in the first log only, in the second only, or in both."""
    return {"in": {"- ": "first", "+ ": "second"}.get(line[:2], "both"), "decision": line[2:]}


def _near(lines: tuple[str, ...]) -> list[str]:
    """The differing lines, and the equal ones close to them."""
    differing = [number for number, line in enumerate(lines) if not line.startswith("  ")]
    shown = {near for number in differing for near in range(number - _CONTEXT, number + _CONTEXT + 1)}
    return [line for number, line in enumerate(lines) if number in shown]
