"""What every request has, and the five ways of sending one.

Source: signalling.md section 2.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Self

from bots.wire.record import Record

__all__ = ["BareClient", "BareFlag", "Request", "UnknownRequest", "Way"]


class Way(Enum):
    """The five ways of sending (signalling.md section 2.4); each asks for an ack."""

    MESSAGE = "M"  # [data]
    SDP = "S"  # [options, extra]
    EVENT = "E"  # [data]
    NAME = "N"  # []
    PARAM = "P"  # [data]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Record):
    """A client's request."""

    event: ClassVar[str]
    way: ClassVar[Way] = Way.MESSAGE

    @classmethod
    def read_arguments(cls, arguments: Sequence[object]) -> Self:
        """Make the request from the arguments after the event's name.

        Raises:
            WireError: the first argument is not what this event carries.
        """
        if cls.way is Way.NAME:
            return cls()
        return cls.read(payload(arguments[0] if arguments else None))

    def arguments(self) -> tuple[Any, ...]:
        """The arguments after the event's name, as the vendor's SDK sends them."""
        if self.way is Way.NAME:
            return ()
        return (self.write(), None) if self.way is Way.SDP else (self.write(),)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRequest(Request):
    """An event that is not in the table; answered with result 0, so that callbacks fire."""

    event: ClassVar[str] = ""
    name: str
    values: tuple[Any, ...] = ()


def payload(raw: object) -> object:
    return {} if raw is None else raw


@dataclass(frozen=True, slots=True, kw_only=True)
class BareClient(Request):
    """A request whose whole payload is a client id."""

    client_id: str

    @classmethod
    def read(cls, data: object) -> Self:
        return super(BareClient, cls).read({"client_id": data})

    def arguments(self) -> tuple[Any, ...]:
        return (self.client_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class BareFlag(Request):
    """A request whose whole payload is true or false."""

    is_on: bool

    @classmethod
    def read(cls, data: object) -> Self:
        return super(BareFlag, cls).read({"is_on": data})

    def arguments(self) -> tuple[Any, ...]:
        return (self.is_on,)
