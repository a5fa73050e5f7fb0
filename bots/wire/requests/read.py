"""From an event and its arguments to the request that a client sent."""

from collections.abc import Sequence

from bots.wire.requests import breakouts, custom, floor, media, moderation, recording, roles, room, sharing
from bots.wire.requests.request import Request, UnknownRequest

__all__ = ["REQUESTS", "read_request"]

REQUESTS: dict[str, type[Request]] = {
    kind.event: kind
    for module in (room, media, moderation, floor, roles, recording, breakouts, sharing, custom)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Request) and "event" in vars(kind)
}


def read_request(event: str, arguments: Sequence[object]) -> Request:
    """The request that a client sent; an event that is not in the table becomes an `UnknownRequest`.

    Raises:
        WireError: a known event with arguments that it cannot carry.
    """
    kind = REQUESTS.get(event)
    return UnknownRequest(name=event, values=tuple(arguments)) if kind is None else kind.read_arguments(arguments)
