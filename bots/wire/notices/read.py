"""From an event and its arguments to the notice that a server sent."""

from collections.abc import Sequence

from bots.wire.notices import breakouts, floor, media, moderation, recording, roles, room, sharing
from bots.wire.notices.notice import Notice, UnknownNotice

__all__ = ["NOTICES", "read_notice"]

NOTICES: dict[str, type[Notice]] = {
    kind.event: kind
    for module in (room, media, moderation, floor, roles, recording, breakouts, sharing)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Notice) and "event" in vars(kind)
}


def read_notice(event: str, arguments: Sequence[object]) -> Notice:
    """The notice that a server sent; an event that is not in the table becomes an `UnknownNotice`.

    Raises:
        WireError: a known event with arguments that it cannot carry.
    """
    kind = NOTICES.get(event)
    return UnknownNotice(name=event, values=tuple(arguments)) if kind is None else kind.read_arguments(arguments)
