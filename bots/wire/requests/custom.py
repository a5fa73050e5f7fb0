"""Requests about data that an application keeps with a room, a session or a user, and about layouts.

Source: moderation.md sections 9 and 10.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from bots.wire.requests.request import Request, Way

__all__ = ["GetCustomData", "SaveCustomData", "SetCustomData", "UpdateLayout"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCustomData(Request):
    """Keep data for good; `query` says where in it, as a dotted path of at most two levels."""

    event: ClassVar[str] = "saveCustomData"
    way: ClassVar[Way] = Way.PARAM
    scope: Any = None
    data: Any = None
    query: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCustomData(Request):
    """Keep data for this session and tell everybody; the SDK sends the whole, with what is new in its place."""

    event: ClassVar[str] = "setCustomData"
    way: ClassVar[Way] = Way.PARAM
    scope: Any = None
    data: Any = None
    query: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetCustomData(Request):
    """What is kept; `options` repeats what the application asked for."""

    event: ClassVar[str] = "getCustomData"
    way: ClassVar[Way] = Way.PARAM
    scope: Any = None
    options: Any = None
    query: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateLayout(Request):
    """`sendLayoutData`: how recordings, streams or shares arrange people from now on."""

    event: ClassVar[str] = "sendLayoutData"
    way: ClassVar[Way] = Way.PARAM
    layout: Any = None
    service: Any = None
