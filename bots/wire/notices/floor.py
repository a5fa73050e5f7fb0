"""Who may speak in a lecture: what becomes of requests and invites.

Source: moderation.md section 5.
"""

from dataclasses import dataclass
from typing import ClassVar

from bots.wire.notices.notice import Notice
from bots.wire.record import wire_key

__all__ = ["FloorManagement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorManagement(Notice):
    """`floorManagementEvents`: about whom, and which moderator decided.

    `id`: floorRequested, floorCancelled, floorFinished, floorAccepted, floorRejected to moderators; floorGranted,
    floorDenied, floorReleased, inviteToFloor, cancelFloorInvite to the one it is about and to other moderators.
    """

    event: ClassVar[str] = "floorManagementEvents"
    id: str
    client_id: str = wire_key("clientId", "")
    name: str = ""
    moderator_id: str | None = wire_key("moderatorId", None)
