"""Tokens: fetched from the Server API, decoded, turned into the address of a room server.

Source: server-api.md sections 1, 2, 6, 10; signalling.md sections 1 and 2.
"""

import base64
import binascii
import ipaddress
import json
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import httpx

from bots.errors import ApiError, ConfigError

__all__ = ["ServerApi", "decode_token", "is_loopback", "socket_url"]

_PATH = "/v3/socket.io/"
_KEPT_S = 2.0  # servers close idle connections after 5 s or so; a request must not meet that moment


def decode_token(text: str) -> dict[str, Any]:
    """The object inside a token: base64 of JSON, in either base64 alphabet.

    Raises:
        ConfigError: it is no token; the message never repeats it.
    """
    try:
        plain = text.strip().replace("-", "+").replace("_", "/")
        fields = json.loads(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise ConfigError("the token cannot be read; fetch a new one from the Server API") from None
    if not isinstance(fields, dict) or not isinstance(fields.get("host"), str) or not fields["host"]:
        raise ConfigError("the token names no room server; fetch a new one from the Server API")
    return fields


def socket_url(fields: Mapping[str, Any]) -> str:
    """The websocket address that a decoded token means; with a gateway, the host travels in the query.

    Raises:
        ConfigError: host or gateway are no host names.
    """
    host, gateway = str(fields["host"]), str(fields.get("gateway") or "")
    query = {"EIO": "4", "transport": "websocket"}
    if gateway:
        query = {"X-Forwarded-Host": host, **query}
    scheme = "wss" if fields.get("secure") is True else "ws"
    url = f"{scheme}://{gateway or host}{_PATH}?{urlencode(query)}"
    parts = _split(url)
    if parts.netloc != (gateway or host) or parts.username is not None:
        raise ConfigError(f"the token names {gateway or host!r}, which is no host; fetch a new one")
    return url


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine, so that no proxy may stand between."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _split(url: str) -> Any:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ConfigError(f"{url.split('?', maxsplit=1)[0]!r} is no address") from None
    if not parts.hostname:
        raise ConfigError(f"{url.split('?', maxsplit=1)[0]!r} names no host")
    return parts


class ServerApi:
    """The REST interface that makes rooms and tokens; credentials are never shown.

    Args:
        base_url: with the version path, such as `https://api.enablex.io/video/v2`.
        app_id, app_key: of the project.
        timeout_s: limit of each call.

    Raises:
        ConfigError: a credential is empty, or `base_url` is no http(s) address.

    Every call raises `ApiError` when it is refused or nobody answers, `ConfigError` when the credentials are wrong.
    """

    def __init__(self, base_url: str, app_id: str, app_key: str, *, timeout_s: float = 10.0) -> None:
        if not app_id or not app_key:
            raise ConfigError("no credentials for the Server API; set BOTS_APP_ID and BOTS_APP_KEY")
        parts = _split(base_url)
        if parts.scheme not in ("http", "https"):
            raise ConfigError(f"{base_url!r} is no http(s) address; set BOTS_API_URL")
        if parts.username is not None:
            raise ConfigError("BOTS_API_URL must not carry credentials; set BOTS_APP_ID and BOTS_APP_KEY")
        self.base_url = base_url.rstrip("/")
        self._http = httpx.AsyncClient(
            auth=httpx.BasicAuth(app_id, app_key),
            timeout=timeout_s,
            trust_env=not is_loopback(parts.hostname),
            limits=httpx.Limits(keepalive_expiry=_KEPT_S),
            headers={"Accept": "application/json"},
        )

    def __repr__(self) -> str:
        return f"ServerApi({self.base_url!r}, credentials hidden)"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; safe to call twice."""
        await self._http.aclose()

    async def create_room(self, body: Mapping[str, Any]) -> str:
        """Make a room; returns its id. `body` is the whole room object (server-api.md section 3)."""
        reply = await self._call("POST", "/rooms", body)
        room = reply.get("room")
        room_id = (room.get("room_id") or room.get("_id")) if isinstance(room, Mapping) else None
        if not room_id:
            raise ApiError("the Server API made a room and did not say its id; is BOTS_API_URL right?")
        return str(room_id)

    async def get_room(self, room_id: str) -> dict[str, Any]:
        """The room object."""
        reply = await self._call("GET", f"/rooms/{_segment(room_id)}")
        return _object(reply.get("room"))

    async def list_rooms(self) -> list[dict[str, Any]]:
        """All rooms of the project."""
        return _objects((await self._call("GET", "/rooms")).get("rooms"))

    async def delete_room(self, room_id: str) -> None:
        """Delete a room; refused while a session runs in it."""
        await self._call("DELETE", f"/rooms/{_segment(room_id)}")

    async def users(self, room_id: str) -> list[dict[str, Any]]:
        """Who is in the running session; empty when there is none."""
        return _objects((await self._call("GET", f"/rooms/{_segment(room_id)}/users")).get("users"))

    async def fetch_token(
        self, room_id: str, *, name: str, role: str, user_ref: str, data: Mapping[str, Any] | None = None
    ) -> str:
        """A token for one user: single use, valid 15 minutes, bound to the room."""
        body = {"name": name, "role": role, "user_ref": user_ref, **({"data": dict(data)} if data else {})}
        token = (await self._call("POST", f"/rooms/{_segment(room_id)}/tokens", body)).get("token")
        if not isinstance(token, str) or not token:
            raise ApiError(f"the Server API gave no token for room {room_id}")
        return token

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        try:
            response = await self._send(method, self.base_url + path, body)
        except httpx.TimeoutException:
            raise ApiError(
                f"the Server API at {self.base_url} did not answer in time; try again", retryable=True
            ) from None
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise ApiError(
                f"no Server API answers at {self.base_url} ({reason}); check BOTS_API_URL and that it runs",
                retryable=True,
            ) from None
        return _understood(response, f"{method} {path}")

    async def _send(self, method: str, url: str, body: Mapping[str, Any] | None) -> httpx.Response:
        """One request; a connection that the server closes at that moment is tried again, unless it makes a room."""
        try:
            return await self._http.request(method, url, json=body)
        except (httpx.ReadError, httpx.RemoteProtocolError):
            if url.endswith("/rooms") and method == "POST":
                raise
            return await self._http.request(method, url, json=body)


def _segment(room_id: str) -> str:
    if not room_id or not all(c.isalnum() or c in "-_." for c in room_id) or room_id.strip(".") == "":
        raise ApiError(f"{room_id!r} is no room id; it has letters and digits only")
    return room_id


def _object(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [dict(one) for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _understood(response: httpx.Response, what: str) -> Mapping[str, Any]:
    """The reply's object; both documented forms of a failure become an error (server-api.md section 10)."""
    status = response.status_code
    try:
        reply = response.json()
    except (ValueError, RecursionError):
        reply = None
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise ConfigError(
            f"the Server API refused the credentials ({status} on {what}); check BOTS_APP_ID and BOTS_APP_KEY"
        )
    fields = reply if isinstance(reply, Mapping) else {}
    result = _result(fields, status)
    if response.is_success and result == 0:
        return fields
    words = [str(fields[key]) for key in ("error", "desc", "error_code", "message") if fields.get(key)]
    if status == HTTPStatus.NOT_FOUND:
        words.append("no such room, or BOTS_API_URL has a wrong path")
    retryable = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    raise ApiError(
        f"the Server API refused {what} with status {status}, result {result}: {'; '.join(words) or 'no reason'}",
        status=status,
        result=result,
        retryable=retryable,
    )


def _result(fields: Mapping[str, Any], status: int) -> int:
    """The `result` as a number, 0 for success; -1 where a reply has none and is not a success."""
    try:
        return int(str(fields["result"]))
    except (KeyError, ValueError):
        return 0 if fields and status < HTTPStatus.BAD_REQUEST and fields.get("status") != "error" else -1
