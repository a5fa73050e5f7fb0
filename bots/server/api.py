"""The Server API over HTTP: rooms, tokens, who is in a session. Basic auth, documented error bodies.

Source: server-api.md sections 1, 2, 6 and 10.
"""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route

from bots.errors import WireError
from bots.server.provision import ApiRefusal, changed_room_body, new_room_body, reference
from bots.server.rooms import Rooms, room_meta
from bots.server.state import Effect, Room
from bots.server.tokens import LIFE_S, Claim
from bots.wire import read_json, write_json

__all__ = ["BASES", "ServerApiRoutes"]

BASES = ("/video/v2", "/video/v1", "/v1")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ROLES = ("moderator", "participant", "viewer", "audience")
MOST_BODY_BYTES = 256 * 1024
MOST_DATA_KEYS = 5

Handler = Callable[[Request], Awaitable[dict[str, Any]]]


class ServerApiRoutes:
    """The routes below each base path.

    Args:
        rooms: the registry.
        app_id, app_key: the one project's credentials.
        address: tells the `host:port` that tokens name, once the server listens.
        perform: carries out what a deleted room's members have to be told.
        now: Unix time, seconds, and an aware datetime for `created`.
    """

    def __init__(
        self, rooms: Rooms, *, app_id: str, app_key: str, address: Callable[[], str],
        perform: Callable[[list[Effect]], None], now: Callable[[], Any],
    ) -> None:  # fmt: skip
        self._rooms = rooms
        self._credentials = f"{app_id}:{app_key}".encode()
        self._address = address
        self._perform = perform
        self._now = now
        self._routes: list[BaseRoute] = []

    def routes(self) -> list[BaseRoute]:
        self._routes = [
            Route("/rooms", self._guarded(self._create), methods=["POST"]),
            Route("/rooms", self._guarded(self._list), methods=["GET"]),
            Route("/rooms/{room_id}", self._guarded(self._get), methods=["GET"]),
            Route("/rooms/{room_id}", self._guarded(self._change), methods=["PATCH"]),
            Route("/rooms/{room_id}", self._guarded(self._delete), methods=["DELETE"]),
            Route("/rooms/{room_id}/users", self._guarded(self._users), methods=["GET"]),
            Route("/rooms/{room_id}/tokens", self._guarded(self._token), methods=["POST"]),
        ]
        others = Route("/{path:path}", self._guarded(self._nothing), methods=METHODS)
        return [Mount(base, routes=[*self._routes, others]) for base in BASES]

    def token_for(self, claim: Claim, room: Room) -> str:
        """The token text for a claim."""
        return self._rooms.mint.mint(claim, host=self._address(), secure=False, room=room_meta(room))

    def _guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                self._check_credentials(request)
                return _reply({"result": 0, **await handler(request)})
            except ApiRefusal as no:
                body = {"result": no.result, "error": no.error, "desc": no.desc}
                headers = {"WWW-Authenticate": 'Basic realm="Server API"'} if no.status == 401 else {}
                return _reply(body, status=no.status, headers=headers)

        return answer

    def _check_credentials(self, request: Request) -> None:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
        except (binascii.Error, ValueError):
            given = b""
        if not hmac.compare_digest(given, self._credentials):
            raise ApiRefusal(401, 10000, "Unauthorized", "APP_ID or APP_KEY is wrong; both come with the server.")

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
        body = changed_room_body(room.next_body or room.body, await _json(request), self._now())
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
        body = await _json(request)
        name, role, data = body.get("name"), body.get("role"), body.get("data") or {}
        if not isinstance(name, str) or not name.strip():
            raise ApiRefusal(400, 10002, "Name missing", 'A token needs a "name".')
        if role not in ROLES:
            raise ApiRefusal(400, 10010, "Invalid role", f'"role" must be one of {", ".join(ROLES)}.')
        if not isinstance(data, dict) or len(data) > MOST_DATA_KEYS:
            raise ApiRefusal(400, 10010, "Invalid data", f'"data" must be an object of at most {MOST_DATA_KEYS} keys.')
        claim = Claim(
            token_id=self._rooms.new_hex(12), room_id=room.room_id, name=name, role=str(role),
            user_ref=reference(body, "user_ref"), expires_at=self._now().timestamp() + LIFE_S, data=data,
        )  # fmt: skip
        return {"token": self.token_for(claim, room)}

    async def _nothing(self, request: Request) -> dict[str, Any]:
        """Whatever has no route of its own: refused in the form that clients of the Server API read."""
        what = f"{request.method} {request.url.path}"
        if f"/{request.path_params['path']}/".startswith("/rooms//"):
            raise ApiRefusal(400, 10001, "room_id missing", f"{what} lacks the id of the room.")
        if any(route.matches(request.scope)[0] is Match.PARTIAL for route in self._routes):
            raise ApiRefusal(405, 405, "Method not allowed", f"The Server API does not know {what}.")
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
        value = read_json(body.decode("utf-8-sig") or "{}")
    except (ValueError, WireError) as error:
        raise ApiRefusal(400, 10010, "Invalid JSON", f"The request body is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise ApiRefusal(400, 10010, "Invalid body", "The request body must be a JSON object.")
    return value
