"""The operations of the Server API: what is routed and what is described, in one table. Pure.

Source: server-api.md section 2.
"""

from dataclasses import dataclass, field

__all__ = ["OPERATIONS", "SOUND", "Operation"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        name: its id; also the name of the handler.
        method, path: as HTTP has them; the path below the base.
        about: what it does.
        body: the description of its request body; empty if it has none.
        reply: the description of what a success adds to `result`.
        refusals: HTTP statuses of its own, and why; 401 is everybody's.
    """

    name: str
    method: str
    path: str
    about: str
    reply: str = "Done"
    body: str = ""
    refusals: dict[int, str] = field(default_factory=dict)


NO_ROOM = {404: "No such room in this project"}
BAD_BODY = {400: "Something in the body is missing or wrong", 413: "The body is too large"}

SOUND = "audio/ogg"  # a reply that is no JSON
NOTHING = {404: "The id has a slash in it"}
BAD_DAYS = {**NOTHING, 400: "A day that is none, or the later one first"}

OPERATIONS = (
    Operation("create_room", "POST", "/rooms", "Make a room", "RoomReply", "NewRoom", BAD_BODY),
    Operation("list_rooms", "GET", "/rooms", "All rooms of the project, without breakout rooms", "RoomsReply"),
    Operation("get_room", "GET", "/rooms/{room_id}", "One room", "RoomReply", refusals=NO_ROOM),
    Operation(
        "change_room", "PATCH", "/rooms/{room_id}",
        "Change a room, from its next session on; a scheduled one until 15 minutes before its start",
        "RoomReply", "RoomChange", {**BAD_BODY, **NO_ROOM, 409: "Too late for a scheduled room"},
    ),
    Operation(
        "delete_room", "DELETE", "/rooms/{room_id}", "Delete a room that nobody is in",
        refusals={**NO_ROOM, 409: "A session is active in this room"},
    ),
    Operation(
        "list_users", "GET", "/rooms/{room_id}/users", "Who is in the session now", "UsersReply", refusals=NO_ROOM
    ),
    Operation(
        "create_token", "POST", "/rooms/{room_id}/tokens", "A token for one user: good once, for 15 minutes",
        "TokenReply", "Visitor", {**BAD_BODY, **NO_ROOM, 409: "The room is not open yet, or its time is over"},
    ),
    Operation("calls_of_period", "GET", "/cdr/period/{from}/{to}", "Call records of days", "Calls", refusals=BAD_DAYS),
    Operation("calls_of_room", "GET", "/cdr/room/{room_id}", "Call records of a room", "Calls", refusals=NOTHING),
    Operation(
        "calls_of_session", "GET", "/cdr/conf/{conf_num}", "Call records of a session", "Calls", refusals=NOTHING
    ),
    Operation(
        "calls_of_room_period", "GET", "/cdr/room-period/{room_id}/{from}/{to}", "Call records of a room's days",
        "Calls", refusals=BAD_DAYS,
    ),
    Operation(
        "archive_of_period", "GET", "/archive/period/{from}/{to}", "Recordings of days", "Archive", refusals=BAD_DAYS
    ),
    Operation("archive_of_room", "GET", "/archive/room/{room_id}", "Recordings of a room", "Archive", refusals=NOTHING),
    Operation(
        "archive_of_session", "GET", "/archive/conf/{conf_num}", "Recordings of a session", "Archive", refusals=NOTHING
    ),
    Operation(
        "archive_of_room_period", "GET", "/archive/room-period/{room_id}/{from}/{to}", "Recordings of a room's days",
        "Archive", refusals=BAD_DAYS,
    ),
    Operation(
        "archived_file", "GET", "/archive/file/{name}", "A recorded file, OGG/Opus", SOUND,
        refusals={404: "No such file"},
    ),
)  # fmt: skip
