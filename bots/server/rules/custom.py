"""Data that an application keeps here: with the room, its session, its owner or a user.

`setCustomData` is for the session, and the SDK sends the whole with what is new in its place, so `query` needs no look;
`saveCustomData` is kept until the room is deleted. Room and session data are told to everybody, also
to who comes later.
Source: moderation.md section 10. Refusals have the SDK's own code for them, 1, and a reason.
"""

from typing import Any

from bots.server.codes import NO_CUSTOM_DATA, Refused
from bots.server.effects import Effect, Send
from bots.server.member import Member
from bots.server.provisioning.shapes import MOST_AROUND
from bots.server.rules.ruling import Reply
from bots.server.state import Room
from bots.wire import (
    CustomDataSaved,
    CustomDataUpdated,
    GetCustomData,
    SaveCustomData,
    SetCustomData,
    fits_within,
    granted,
    write_json,
)

__all__ = ["answer_custom_data"]

SCOPES = ("user", "owner", "room", "session")
MOST_LEVELS = 2
MOST_BYTES = 100 * 1024


def answer_custom_data(room: Room, member: Member, request: GetCustomData | SaveCustomData | SetCustomData) -> Reply:
    """Keep or hand out data.

    Raises:
        Refused: 1, with what is wrong.
    """
    scope = request.scope
    if scope not in SCOPES or (scope == "owner" and isinstance(request, SetCustomData)):
        raise Refused(NO_CUSTOM_DATA, f"Invalid scope parameter: {scope!r}.")
    path = _path(request.query)
    place = _place(member, scope)
    if isinstance(request, GetCustomData):
        return Reply(granted(scope=scope, data=_at(room.custom.get(place, {}), path)))
    if not isinstance(request.data, dict) or "" in request.data:
        raise Refused(NO_CUSTOM_DATA, "data must be an object without empty keys.")
    is_saved = isinstance(request, SaveCustomData)
    whole = _merged(room.custom.get(place, {}), path if is_saved else [], request.data)
    text = write_json(whole)
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise Refused(NO_CUSTOM_DATA, f"All data of a scope may have {MOST_BYTES} bytes.")
    if not fits_within(whole, MOST_AROUND):  # who reads it with all that is told of a room could not read that
        raise Refused(NO_CUSTOM_DATA, "The data is nested too deeply.")
    room.custom[place] = whole
    if scope == "user":
        member.custom = whole
    if is_saved:
        notice = CustomDataSaved(scope=scope)
        return Reply(granted(), [Send(member.client_id, notice)] if scope in ("user", "owner") else room.tell(notice))
    effects: list[Effect] = room.tell(CustomDataUpdated(scope=scope, data=whole, client_id=member.client_id))
    return Reply(granted(), effects)


def _place(member: Member, scope: str) -> str:
    """Where data of a scope is kept: that of users under who they are, not under their connection."""
    return f"user {member.claim.user_ref or member.client_id}" if scope == "user" else scope


def _path(query: object) -> list[str]:
    if query is None or query == "":
        return []
    if not isinstance(query, str) or len(query.split(".")) > MOST_LEVELS or "" in query.split("."):
        raise Refused(NO_CUSTOM_DATA, f"query must be a dotted path of at most {MOST_LEVELS} levels.")
    return query.split(".")


def _at(data: dict[str, Any], path: list[str]) -> Any:
    found: Any = data
    for key in path:
        if not isinstance(found, dict) or key not in found:
            raise Refused(NO_CUSTOM_DATA, "Nothing is kept there.")
        found = found[key]
    return found


def _merged(data: dict[str, Any], path: list[str], new: dict[str, Any]) -> dict[str, Any]:
    """The data with what is new at the path; what else is kept there stays."""
    if not path:
        return {**data, **new}
    inner = data.get(path[0])
    return {**data, path[0]: _merged(inner if isinstance(inner, dict) else {}, path[1:], new)}
