"""Shared screens and canvases: asked for, published, told of, ended. Of each kind there is one at a time.

The signalling only: this server carries no pictures. Everybody who may publish may share; who shares a screen keeps it
until it ends, unless the room's `screen_share_override` lets the next one take over.
Source: moderation.md section 11; signalling.md section 6.10.
"""

from typing import Any

from bots.server.codes import BAD_ARGUMENT, NO_SHARE, NOT_FOUND, NOT_IN_LICENCE, SHARED_ALREADY, Refused
from bots.server.effects import Effect, Send, StopPublishing
from bots.server.member import Member
from bots.server.rules.ruling import Reply, require_moderator
from bots.server.state import Room, Sharing
from bots.wire import CanvasStarted, Publish, Share, ShareOverride, ShareStarted, StopAllSharing, StopSharing, granted

__all__ = ["answer_share", "check_share", "share_begins", "stop_all_sharing"]

_SETTINGS = {"screen": "screen_share", "canvas": "canvas"}


def answer_share(room: Room, member: Member, request: Share) -> Reply:
    """Make room for a share that is published next, or give that room back.

    Raises:
        Refused: 1155; 1170 where the room or the role has none; 1151 while somebody else shares.
    """
    kind = request.kind
    if kind not in _SETTINGS:
        raise Refused(BAD_ARGUMENT, "pubType must be screen or canvas.")
    if request.action == "stop":
        return Reply(granted(), room.end_sharing(member.client_id, kind))
    if request.action != "start":
        raise Refused(NOT_IN_LICENCE, f"Everybody may share here: there is no {request.action!r}.")
    if room.settings.get(_SETTINGS[kind]) is not True or not member.may_publish:
        raise Refused(NOT_IN_LICENCE, f"No {kind} is shared here by a {member.role}.")
    effects: list[Effect] = []
    other = room.sharing.get(kind)
    if other is not None and other.client_id != member.client_id:
        if not (request.override and room.settings.get("screen_share_override") is True):
            raise Refused(SHARED_ALREADY, f"Somebody else shares a {kind} already.")
        effects.append(Send(other.client_id, ShareOverride(client_id=member.client_id)))
        if other.stream_id:
            effects.append(StopPublishing(other.client_id, other.stream_id))
        effects += room.end_sharing(other.client_id, kind)
    room.sharing.setdefault(kind, Sharing(member.client_id))
    return Reply(granted(), effects)


def kind_of(request: Publish) -> str:
    """What a publication shares; empty for a microphone."""
    return "screen" if request.screen else "canvas" if request.canvas else ""


def check_share(room: Room, member: Member, request: Publish) -> tuple[int, str] | None:
    """Why this share may not be published; None if it may, or is none."""
    kind = kind_of(request)
    asked = room.sharing.get(kind)
    if not kind or (asked is not None and asked.client_id == member.client_id):
        return None
    return NO_SHARE, f"Ask for it first: {Share.event} start {kind}."


def share_begins(room: Room, member: Member, request: Publish, stream_id: int) -> list[Effect]:
    """A share is published: everybody is told. Nothing for a microphone."""
    kind = kind_of(request)
    if not kind:
        return []
    sharing = room.sharing[kind]
    sharing.stream_id = stream_id
    about: dict[str, Any] = {
        "client_id": member.client_id,
        "name": member.claim.name,
        "stream_id": room.SHARED_AS[kind],
    }
    if kind == "canvas":
        sharing.canvas_type = request.canvas_type or "default"
        return room.tell(CanvasStarted(**about, canvas_type=sharing.canvas_type))
    layout = (request.share_metadata or {}).get("layout")
    return room.tell(ShareStarted(**about, layout=layout if isinstance(layout, str) else "grid"))


def stop_all_sharing(room: Room, member: Member, request: StopAllSharing) -> Reply:
    """A moderator asks who shares to stop; their clients unpublish.

    Raises:
        Refused: 4101; 1155 for another id than one's own; 1159 while nothing is shared.
    """
    require_moderator(member)
    if request.client_id != member.client_id:
        raise Refused(BAD_ARGUMENT, "The payload is the id of the moderator who asks.")
    sharers = dict.fromkeys(one.client_id for one in room.sharing.values())
    if not sharers:
        raise Refused(NOT_FOUND, "Nothing is shared.")
    return Reply(granted(), [Send(one, StopSharing(client_id=member.client_id)) for one in sharers])
