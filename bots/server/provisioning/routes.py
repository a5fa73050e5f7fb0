"""The Server API over HTTP: rooms, tokens, who is in a session. Basic auth, documented error bodies.

Source: server-api.md sections 1, 2, 6 and 10.
"""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route

from bots.errors import WireError
from bots.server.effects import Effect
from bots.server.provisioning.openapi import openapi_document
from bots.server.provisioning.operations import OPERATIONS, SOUND
from bots.server.provisioning.refusal import ApiRefusal
from bots.server.provisioning.reports import Reports, read_period
from bots.server.provisioning.rooms import changed_room_body, check_open, new_room_body, refuse_late_change
from bots.server.provisioning.visitors import read_visitor
from bots.server.recording.archive import Archive
from bots.server.rooms import Rooms
from bots.server.state import Room
from bots.server.tokens import LIFE_S, Claim
from bots.server.welcome import room_meta
from bots.wire import read_json, write_json

__all__ = ["BASES", "ServerApiRoutes"]

BASES = ("/video/v2", "/video/v1", "/v1")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
MOST_BODY_BYTES = 256 * 1024

log = structlog.get_logger()

Handler = Callable[[Request], Awaitable[dict[str, Any] | Response]]


class ServerApiRoutes:
    """The routes below each base path.

    Args:
        rooms: the registry.
        app_id, app_key: the one project's credentials.
        address: tells the `host:port` that tokens name, once the server listens.
        perform: carries out what a deleted room's members have to be told.
        now: the instant now, aware, UTC.
        calls: the call records of sessions that are over.
        archive: what has been recorded.
    """

    def __init__(
        self, rooms: Rooms, *, app_id: str, app_key: str, address: Callable[[], str],
        perform: Callable[[list[Effect]], None], now: Callable[[], datetime], calls: Reports,
        archive: Archive,
    ) -> None:  # fmt: skip
        self._rooms = rooms
        self._credentials = f"{app_id}:{app_key}".encode()
        self._address = address
        self._perform = perform
        self._now = now
        self._calls = calls
        self._archive = archive
        self._routes: list[Route] = []

    def routes(self) -> list[BaseRoute]:
        handlers: dict[str, Handler] = {
            "create_room": self._create,
            "list_rooms": self._list,
            "get_room": self._get,
            "change_room": self._change,
            "delete_room": self._delete,
            "list_users": self._users,
            "create_token": self._token,
            "archive_of_period": self._report("archive", self._archive.filed),
            "archive_of_room": self._report("archive", self._archive.filed),
            "archive_of_session": self._report("archive", self._archive.filed),
            "archive_of_room_period": self._report("archive", self._archive.filed),
            "archived_file": self._file,
            "calls_of_period": self._report("cdr", self._calls),
            "calls_of_room": self._report("cdr", self._calls),
            "calls_of_session": self._report("cdr", self._calls),
            "calls_of_room_period": self._report("cdr", self._calls),
        }
        self._routes = [
            Route(one.path, self._guarded(handlers.pop(one.name)), methods=[one.method], name=one.name)
            for one in OPERATIONS
        ]
        assert not handlers, f"not in the table of operations: {', '.join(handlers)}"
        document = Route("/openapi.json", self._document, methods=["GET"])
        others = Route("/{path:path}", self._guarded(self._nothing), methods=METHODS)
        return [Mount(base, routes=[document, *self._routes, others]) for base in BASES]

    def token_for(self, claim: Claim, room: Room) -> str:
        """The token text for a claim."""
        return self._rooms.mint.mint(claim, host=self._address(), secure=False, room=room_meta(room))

    def _guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                self._check_credentials(request)
                answer = await handler(request)
                return answer if isinstance(answer, Response) else _reply({"result": 0, **answer})
            except ApiRefusal as no:
                body = {"result": no.result, "error": no.error, "desc": no.desc}
                return _reply(body, status=no.status, headers=no.headers)
            except ClientDisconnect:  # in the middle of its request; nobody reads the answer
                return Response(status_code=400)
            except Exception:  # the border of a request: whoever asked gets an answer in the documented form
                log.exception("request_failed", method=request.method, path=request.url.path)
                return _reply({"result": 500, "error": "Internal error", "desc": "See the server's log."}, status=500)

        return answer

    def _check_credentials(self, request: Request) -> None:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
        except (binascii.Error, ValueError):
            given = b""
        if not hmac.compare_digest(given, self._credentials):
            raise ApiRefusal(
                401, 10000, "Unauthorized", "APP_ID or APP_KEY is wrong; both come with the server.",
                {"WWW-Authenticate": 'Basic realm="Server API"'},
            )  # fmt: skip

    async def _document(self, _: Request) -> Response:
        """The description of all this; it has no secrets, so it needs no credentials."""
        return _reply(openapi_document(f"http://{self._address()}{BASES[0]}"))

    async def _create(self, request: Request) -> dict[str, Any]:
        body = new_room_body(await _json(request), self._now())
        self._rooms.add(Room(body["room_id"], body))
        return {"room": body}

    async def _list(self, request: Request) -> dict[str, Any]:  # noqa: ARG002 -- every handler gets the request
        return {"rooms": [room.next_body or room.body for room in self._rooms.listed()]}

    async def _get(self, request: Request) -> dict[str, Any]:
        room = self._room(request)
        return {"room": room.next_body or room.body}

    async def _change(self, request: Request) -> dict[str, Any]:
        room = self._room(request)
        raw = await _json(request)
        refuse_late_change(room.body, self._now())
        body = changed_room_body(room.next_body or room.body, raw)
        room.change(body)
        return {"room": body}

    async def _delete(self, request: Request) -> dict[str, Any]:
        room = self._room(request)
        if room.members:
            raise ApiRefusal(409, 409, "Room in session", "The room has an active session; end it, then delete it.")
        self._perform(self._rooms.remove(room))
        return {}

    async def _users(self, request: Request) -> dict[str, Any]:
        users = [member.user().write() for member in self._room(request).members.values()]
        keys = ("name", "user_ref", "role", "permissions", "clientId")
        return {"total": len(users), "users": [{key: user[key] for key in keys} for user in users]}

    async def _token(self, request: Request) -> dict[str, Any]:
        room = self._room(request)
        visitor = read_visitor(await _json(request))
        now = self._now()
        check_open(room.body, now, is_in_session=bool(room.members), ends_at=room.ends_at)
        claim = Claim(
            token_id=self._rooms.new_hex(12), room_id=room.room_id, name=visitor.name, role=visitor.role,
            user_ref=visitor.user_ref, expires_at=now.timestamp() + LIFE_S, data=visitor.data,
        )  # fmt: skip
        return {"token": self.token_for(claim, room)}

    @staticmethod
    def _report(key: str, reports: Reports) -> Handler:
        """Answers with what is filed; a room or session that there never was has nothing filed."""

        async def find(request: Request) -> dict[str, Any]:
            asked = request.path_params
            period = read_period(asked["from"], asked["to"]) if "from" in asked else None
            found = reports.find(room_id=asked.get("room_id"), conf_num=asked.get("conf_num"), period=period)
            return {"result": "0", key: found}  # documented: here the result is a text

        return find

    async def _file(self, request: Request) -> Response:
        file = self._archive.file(request.path_params["name"])
        if file is None:
            raise ApiRefusal(404, 404, "File not found", "There is no recording of this name, or its file has gone.")
        return FileResponse(file, media_type=SOUND)

    async def _nothing(self, request: Request) -> dict[str, Any]:
        """Whatever has no route of its own: refused in the form that clients of the Server API read."""
        what = f"{request.method} {request.url.path}"
        if f"/{request.path_params['path']}/".startswith("/rooms//"):
            raise ApiRefusal(400, 10001, "room_id missing", f"{what} lacks the id of the room.")
        here = [route for route in self._routes if route.matches(request.scope)[0] is Match.PARTIAL]
        if here:
            allowed = ", ".join(sorted({one for route in here for one in route.methods or ()}))
            desc = f"The Server API does not know {what}; here it knows {allowed}."
            raise ApiRefusal(405, 405, "Method not allowed", desc, {"Allow": allowed})
        raise ApiRefusal(404, 404, "Not found", f"The Server API does not know {what}.")

    def _room(self, request: Request) -> Room:
        room = self._rooms.get(request.path_params["room_id"])
        if room is None or room.breakout is not None:
            raise ApiRefusal(404, 404, "Room not found", "There is no room with this id in this project.")
        return room


def _reply(body: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(write_json(body), status, headers, media_type="application/json")


async def _json(request: Request) -> dict[str, Any]:
    """The request's JSON object.

    Raises:
        ApiRefusal: too large, no JSON, or no object.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY_BYTES:
            raise ApiRefusal(413, 10010, "Body too large", f"A request may have {MOST_BODY_BYTES} bytes at most.")
    try:
        value = read_json(body.decode("utf-8-sig"))
    except (ValueError, WireError) as error:
        raise ApiRefusal(400, 10010, "Invalid JSON", f"The request body is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise ApiRefusal(400, 10010, "Invalid body", "The request body must be a JSON object.")
    return value
