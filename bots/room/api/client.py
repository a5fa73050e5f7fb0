"""The client of the Server API: rooms, tokens, who is in a session, reports. Credentials are never shown.

What can succeed later is tried again, a few times and at growing intervals; both documented forms of a failure, and
both of a result, are understood. Source: server-api.md sections 1, 2, 8, 10 and 12.
"""

import random
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar

import httpx
import structlog

from bots.clock import Clock, SystemClock
from bots.errors import ApiError, BotsError, ConfigError
from bots.media import tls_context, untrusted
from bots.room.api.records import Archive, CallRecord, RoomRecord, SessionUser, first_list
from bots.room.api.retry import is_worth_repeating, wait_s
from bots.room.proxy import PROXY_HINT
from bots.room.token import address_parts, is_loopback

__all__ = ["ServerApi"]

E = TypeVar("E", bound=BaseException)
_KEPT_S = 2.0  # servers close idle connections after 5 s or so; a request must not meet that moment

log = structlog.get_logger()


class ServerApi:
    """The REST interface that makes rooms and tokens and tells what has been.

    Args:
        base_url: with the version path, such as `https://api.enablex.io/video/v2`.
        app_id, app_key: of the project.
        timeout_s: limit of each try of a call.
        clock: what the waits between tries go by.
        rng: spreads the waits.

    Raises:
        ConfigError: a credential is empty, or `base_url` is no http(s) address.

    Every call raises `ApiError` when it is refused or nobody answers, `ConfigError` when the credentials are wrong.
    """

    def __init__(
        self, base_url: str, app_id: str, app_key: str, *, timeout_s: float = 10.0, clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:  # fmt: skip
        if not app_id or not app_key:
            raise ConfigError("no credentials for the Server API; set BOTS_APP_ID and BOTS_APP_KEY")
        if not base_url.startswith(("http://", "https://")):
            raise ConfigError("BOTS_API_URL must begin with https:// or http://, like https://api.enablex.io/video/v2")
        parts = address_parts(base_url)
        if parts.username is not None:
            raise ConfigError("BOTS_API_URL must not carry credentials; set BOTS_APP_ID and BOTS_APP_KEY")
        self.base_url = base_url.rstrip("/")
        self._origin = (parts.scheme, parts.netloc)
        self._clock = clock or SystemClock()
        self.skew_s: float | None = None
        """How much later it is here than at the server, as the last answer tells; None before, or if it tells not."""
        self._rng = rng or random.Random()
        self._http = _http_client(
            parts.scheme,
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

    # ---- rooms

    async def create_room(self, body: Mapping[str, Any]) -> str:
        """Make a room; returns its id. `body` is the whole room object (server-api.md section 3).

        It is made once at most: where it is not known whether the room was made, it is not tried again.
        """
        reply = await self._call("POST", "/rooms", body, is_repeatable=False)
        room = reply.get("room")
        room_id = RoomRecord.read(room).room_id if isinstance(room, Mapping) else ""
        if not room_id:
            raise ApiError("the Server API made a room and did not say its id; is BOTS_API_URL right?")
        return room_id

    async def get_room(self, room_id: str) -> RoomRecord:
        """The room object."""
        return _room(await self._call("GET", f"/rooms/{_segment(room_id)}"), room_id)

    async def list_rooms(self) -> list[RoomRecord]:
        """All rooms of the project."""
        return [RoomRecord.read(one) for one in first_list(await self._call("GET", "/rooms"), "rooms")]

    async def change_room(self, room_id: str, change: Mapping[str, Any]) -> RoomRecord:
        """Change what `change` names, from the next session on; the room as it will be."""
        return _room(await self._call("PATCH", f"/rooms/{_segment(room_id)}", change), room_id)

    async def delete_room(self, room_id: str) -> None:
        """Delete a room; refused while a session runs in it."""
        try:
            await self._call("DELETE", f"/rooms/{_segment(room_id)}")
        except ApiError as error:
            if not (error.status == HTTPStatus.NOT_FOUND and error.calls > 1):
                raise
            # an earlier try has deleted it, and its answer was lost

    async def users(self, room_id: str) -> list[SessionUser]:
        """Who is in the running session; empty when there is none."""
        reply = await self._call("GET", f"/rooms/{_segment(room_id)}/users")
        return [SessionUser.read(one) for one in first_list(reply, "users")]

    async def fetch_token(
        self, room_id: str, *, name: str, role: str, user_ref: str, data: Mapping[str, Any] | None = None
    ) -> str:
        """A token for one user: single use, valid 15 minutes, bound to the room."""
        body = {"name": name, "role": role, "user_ref": user_ref, **({"data": dict(data)} if data else {})}
        token = (await self._call("POST", f"/rooms/{_segment(room_id)}/tokens", body)).get("token")
        if not isinstance(token, str) or not token:
            raise ApiError(f"the Server API gave no token for room {room_id}")
        return token

    # ---- reports

    async def calls(
        self, *, room_id: str = "", conf_num: str = "", period: tuple[date, date] | None = None
    ) -> list[CallRecord]:
        """Call records (CDR): of a room, of a session (`conf_num`), of days (UTC, both included), of a room's days."""
        path = _report("cdr", room_id, conf_num, period)
        return [CallRecord.read(one) for one in first_list(await self._call("GET", path))]

    async def archives(
        self, *, room_id: str = "", conf_num: str = "", period: tuple[date, date] | None = None
    ) -> list[Archive]:
        """Recordings: of a room, of a session (`conf_num`), of days (UTC, both included), of a room's days."""
        path = _report("archive", room_id, conf_num, period)
        return [Archive.read(one) for one in first_list(await self._call("GET", path))]

    async def download(self, url: str, file: Path) -> int:
        """Save a recording; returns its size in bytes. Credentials go to the Server API's own host only.

        Raises:
            ApiError: refused, lost in the middle, or `file` cannot be written; what is incomplete is not left.
        """
        parts = address_parts(url)
        auth = self._http.auth if (parts.scheme, parts.netloc) == self._origin else None
        try:
            async with self._http.stream("GET", url, auth=auth, headers={"Accept": "*/*"}) as response:
                if not response.is_success:
                    await response.aread()
                    raise _refusal(response, f"GET {parts.path}", calls=1)
                return await _save(response.aiter_bytes(), file)
        except httpx.HTTPError as error:
            raise ApiError(f"{parts.path} was not downloaded ({_reason(error)}); try again", retryable=True) from None
        except OSError as error:
            raise ApiError(f"{parts.path} cannot be saved as {file}: {error.strerror}") from error

    # ---- calls

    async def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, is_repeatable: bool = True
    ) -> Mapping[str, Any]:
        calls, began_s = 0, self._clock.monotonic()
        while True:
            calls += 1
            try:
                response = await self._http.request(method, self.base_url + path, json=body)
            except httpx.HTTPError as error:
                failure: BotsError = self._unreached(error)
                headers = httpx.Headers()
                again = is_repeatable or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                again = again and not isinstance(failure, ConfigError)
            else:
                self._compare_clocks(response)
                if response.is_success and (fields := _success(response)) is not None:
                    return fields
                failure = _refusal(response, f"{method} {path}", calls=calls)
                headers = response.headers
                again = is_worth_repeating(response.status_code, is_repeatable=is_repeatable)
            passed_s = self._clock.monotonic() - began_s
            after_s = wait_s(calls, self._rng, headers, self._clock.now(), passed_s=passed_s) if again else None
            if after_s is None:
                raise failure
            log.info("api_call_repeated", method=method, path=path, after_s=round(after_s, 2), reason=str(failure))
            await self._clock.sleep_until(self._clock.monotonic() + after_s)

    def _compare_clocks(self, response: httpx.Response) -> None:
        with suppress(ValueError, TypeError):
            there = parsedate_to_datetime(response.headers.get("Date", ""))
            self.skew_s = (self._clock.now() - there).total_seconds()

    def _unreached(self, error: httpx.HTTPError) -> ApiError | ConfigError:
        if (distrust := _cause(error, ssl.SSLCertVerificationError)) is not None:
            return ConfigError(untrusted(self._origin[1], distrust))
        if isinstance(error, httpx.ProxyError):
            return _no_proxy(error, self._origin[1])
        if isinstance(error, httpx.TimeoutException):
            return ApiError(f"the Server API at {self.base_url} did not answer in time; try again", retryable=True)
        return ApiError(
            f"no Server API answers at {self.base_url} ({_reason(error)}); check BOTS_API_URL and that it runs",
            retryable=True,
        )


async def _save(content: AsyncIterator[bytes], file: Path) -> int:
    size = 0
    with _whole(file) as out:
        async for piece in content:
            size += out.write(piece)
    return size


@contextmanager
def _whole(file: Path) -> Iterator[BinaryIO]:
    """A file to write; what is not written to its end is not left."""
    with file.open("wb") as out:
        try:
            yield out
        except BaseException:
            file.unlink(missing_ok=True)
            raise


def _http_client(scheme: str, **settings: Any) -> httpx.AsyncClient:
    """A client that trusts what the rest of the program trusts; see `docs/networks.md`.

    Raises:
        ConfigError: the proxy in the environment cannot be used.
    """
    try:
        return httpx.AsyncClient(verify=tls_context() if scheme == "https" else True, **settings)
    except (ValueError, httpx.InvalidURL) as error:
        raise ConfigError(f"the proxy of the environment cannot be used; {PROXY_HINT}") from error


def _no_proxy(error: httpx.ProxyError, where: str) -> ApiError | ConfigError:
    words = _reason(error)
    if words.startswith(str(int(HTTPStatus.PROXY_AUTHENTICATION_REQUIRED))):
        return ConfigError(f"the proxy wants other credentials ({words}); {PROXY_HINT}")
    return ApiError(
        f"no way to {where} through the proxy ({words}); check the proxy, or name the host in NO_PROXY", retryable=True
    )


def _cause(error: BaseException, kind: type[E]) -> E | None:
    """The first cause of this kind, however deep."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, kind):
        seen = seen.__cause__ or seen.__context__
    return seen


def _reason(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__


def _segment(room_id: str) -> str:
    if not room_id or not all(c.isalnum() or c in "-_." for c in room_id) or room_id.strip(".") == "":
        raise ApiError(f"{room_id!r} is no room id; it has letters and digits only")
    return room_id


def _report(kind: str, room_id: str, conf_num: str, period: tuple[date, date] | None) -> str:
    """The path of a report (server-api.md section 2)."""
    days = "/".join(day.isoformat() for day in period or ())
    match bool(room_id), bool(conf_num), bool(days):
        case False, True, False:
            return f"/{kind}/conf/{_segment(conf_num)}"
        case True, False, False:
            return f"/{kind}/room/{_segment(room_id)}"
        case True, False, True:
            return f"/{kind}/room-period/{_segment(room_id)}/{days}"
        case False, False, True:
            return f"/{kind}/period/{days}"
    raise ApiError("a report is of a room, of a session, of a period, or of a room's period")


def _room(reply: Mapping[str, Any], room_id: str) -> RoomRecord:
    room = reply.get("room")
    return RoomRecord.read({"room_id": room_id, **(room if isinstance(room, Mapping) else {})})


def _fields(response: httpx.Response) -> Mapping[str, Any]:
    try:
        reply = response.json()
    except (ValueError, RecursionError):
        return {}
    return reply if isinstance(reply, Mapping) else {}


def _success(response: httpx.Response) -> Mapping[str, Any] | None:
    """The reply's object; None if its words are those of a failure."""
    fields = _fields(response)
    return fields if _result(fields, response.status_code) == 0 else None


def _refusal(response: httpx.Response, what: str, *, calls: int) -> ApiError | ConfigError:
    """What both documented forms of a failure say (server-api.md section 10)."""
    status = response.status_code
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return ConfigError(
            f"the Server API refused the credentials ({status} on {what}); check BOTS_APP_ID and BOTS_APP_KEY"
        )
    fields = _fields(response)
    words = [str(fields[key]) for key in ("error", "desc", "error_code", "message", "request_id") if fields.get(key)]
    if status == HTTPStatus.NOT_FOUND:
        words.append("no such room, or BOTS_API_URL has a wrong path")
    elif not words:
        words.append("not the reply of a Server API; check BOTS_API_URL")
    result = _result(fields, status)
    return ApiError(
        f"the Server API refused {what} with status {status}, result {result}: {'; '.join(words)}",
        status=status,
        result=result,
        retryable=is_worth_repeating(status, is_repeatable=True),
        calls=calls,
    )


def _result(fields: Mapping[str, Any], status: int) -> int:
    """The `result` as a number, 0 for success; -1 where a reply has none and is not a success."""
    try:
        return int(str(fields["result"]))
    except (KeyError, ValueError):
        return 0 if fields and status < HTTPStatus.BAD_REQUEST and fields.get("status") != "error" else -1
