"""What is told about shared screens and canvases, layouts, and data that applications keep.

Source: moderation.md sections 9 to 11; signalling.md section 6.10.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from bots.wire.notices.notice import Notice
from bots.wire.record import wire_key

__all__ = [
    "CanvasStarted",
    "CanvasStopped",
    "CustomDataSaved",
    "CustomDataUpdated",
    "LayoutUpdated",
    "ShareOverride",
    "ShareStarted",
    "ShareStopped",
    "StopSharing",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared(Notice):
    """Whose share; `stream_id` is 101 for a screen and 102 for a canvas."""

    client_id: str = wire_key("clientId", "")
    name: str = ""
    stream_id: int = wire_key("streamId", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareStarted(_Shared):
    event: ClassVar[str] = "shareStarted"
    layout: str = "grid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareStopped(_Shared):
    event: ClassVar[str] = "shareStopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasStarted(_Shared):
    event: ClassVar[str] = "canvasStarted"
    canvas_type: str = wire_key("canvasType", "default")


@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasStopped(_Shared):
    event: ClassVar[str] = "canvasStopped"
    canvas_type: str = wire_key("canvasType", "default")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOverride(Notice):
    """Somebody else shares from now on; told to who has shared so far."""

    event: ClassVar[str] = "shareOverride"
    client_id: str = wire_key("clientId", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSharing(Notice):
    """A moderator (`client_id`) wants the share of the receiver to end."""

    event: ClassVar[str] = "stopSharing"
    client_id: str = wire_key("clientId", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutUpdated(Notice):
    """`update-layout`: a moderator (`client_id`) has chosen a layout for a service."""

    event: ClassVar[str] = "update-layout"
    client_id: str = wire_key("clientId", "")
    layout: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDataSaved(Notice):
    event: ClassVar[str] = "CustomDataSaved"
    result: int = 0
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDataUpdated(Notice):
    """The whole data of a scope, as it is now."""

    event: ClassVar[str] = "CustomDataUpdated"
    result: int = 0
    scope: str = ""
    msg: str = "success"
    data: dict[str, Any] | None = None
    client_id: str = wire_key("clientId", "")
