"""Requests about shared screens and canvases.

Source: moderation.md section 11; signalling.md section 6.10.
"""

from dataclasses import dataclass
from typing import ClassVar

from bots.wire.record import wire_key
from bots.wire.requests.request import BareClient, Request, Way

__all__ = ["Share", "StopAllSharing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Request):
    """`auxilaryPublishRequests`: `action` start before a share is published, stop after it failed, or a permission."""

    event: ClassVar[str] = "auxilaryPublishRequests"  # the vendor's spelling
    way: ClassVar[Way] = Way.EVENT
    action: str = wire_key("req")
    kind: str = wire_key("pubType")
    """`screen` or `canvas`."""
    override: bool = False
    """Take over from whoever shares now, where the room allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAllSharing(BareClient):
    """A moderator wants every share to end; the payload is its own client id."""

    event: ClassVar[str] = "stopAllSharing"
    way: ClassVar[Way] = Way.PARAM
