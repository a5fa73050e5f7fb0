"""What every rule works with: an answer and what follows from it, and the refusals that all of them share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bots.server.codes import BAD_ARGUMENT, UNAUTHORISED, Refused
from bots.server.effects import Effect
from bots.server.member import Member
from bots.server.state import Room

__all__ = ["Reply", "require_moderator", "target_in"]


@dataclass(frozen=True, slots=True)
class Reply:
    """The ack's arguments, and what follows from the request."""

    answer: tuple[Any, ...]
    effects: Sequence[Effect] = ()


def require_moderator(member: Member) -> None:
    """Let pass a moderator.

    Raises:
        Refused: 4101.
    """
    if not member.is_moderator:
        raise Refused(UNAUTHORISED, "Unauthorized: only a moderator may do this.")


def target_in(room: Room, client_id: str) -> Member:
    """The member that a request names.

    Raises:
        Refused: 1155, it is not here.
    """
    if client_id not in room.members:
        raise Refused(BAD_ARGUMENT, f"There is no client {client_id!r} in this room.")
    return room.members[client_id]
