"""Commands and events as JSON, for the way between processes: what kind it is, and its values."""

from typing import Any, get_args

from pydantic import TypeAdapter

from bots.bot import BotEvent, Command

__all__ = ["pack", "unpack_command", "unpack_event"]

_COMMANDS = {kind.__name__: kind for kind in get_args(Command)}
_EVENTS = {kind.__name__: kind for kind in get_args(BotEvent)}


_ADAPTERS: dict[str, TypeAdapter[Any]] = {}  # made when they are needed: all of them take a while


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind.__name__ not in _ADAPTERS:
        _ADAPTERS[kind.__name__] = TypeAdapter(kind)
    return _ADAPTERS[kind.__name__]


def pack(value: Command | BotEvent) -> list[Any]:
    """JSON of it; two kinds may have the same values, so the kind is said."""
    kind: type[Any] = type(value)
    return [kind.__name__, _adapter(kind).dump_python(value, mode="json")]


def unpack_command(packed: list[Any]) -> Command:
    """Of `pack`."""
    command: Command = _adapter(_COMMANDS[packed[0]]).validate_python(packed[1])
    return command


def unpack_event(packed: list[Any]) -> BotEvent:
    """Of `pack`."""
    event: BotEvent = _adapter(_EVENTS[packed[0]]).validate_python(packed[1])
    return event
