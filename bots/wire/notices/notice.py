"""What every notice has.

Source: signalling.md section 4.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bots.wire.record import Record

__all__ = ["Notice", "UnknownNotice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Record):
    """A message from the server that answers no request.

    `wants_ack`: the SDK calls the ack function without checking that it exists, so a server must ask for
    an ack (signalling.md section 4.6).
    `lasts`: who missed it must be told later; the others say how things are now, and `room-connected` says so again.
    """

    is_lenient: ClassVar[bool] = True
    event: ClassVar[str]
    wants_ack: ClassVar[bool] = False
    lasts: ClassVar[bool] = True

    @classmethod
    def read_arguments(cls, arguments: Sequence[object]) -> Self:
        """Make the notice from the arguments after the event's name.

        Raises:
            WireError: the first argument is not what this event carries.
        """
        first = arguments[0] if arguments else None
        return cls.read({} if first is None else first)

    def arguments(self) -> tuple[Any, ...]:
        """The arguments after the event's name."""
        return (self.write(),)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownNotice(Notice):
    """An event that this client does not know; kept whole."""

    event: ClassVar[str] = ""
    name: str
    values: tuple[Any, ...] = ()
