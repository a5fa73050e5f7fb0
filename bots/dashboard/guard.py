"""What stands before the endpoints: a token, limits, and headers that keep pages of others out."""

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["OPEN", "PAGE", "Guard", "Rate"]

PAGE = {"/": "index.html", "/page.css": "page.css", "/page.js": "page.js"}
"""The page, which knows nothing: it asks for the token, and for everything else with it."""
OPEN = ("/startup", "/live", "/ready", "/metrics", *PAGE)
MOST_BYTES = 4096  # of a body
BODY_WITHIN_S = 5.0
MOST_ADDRESSES = 1000
A_SECOND, AT_ONCE = 20.0, 60.0  # requests of one address; what is open and what is not are counted apart

HEADERS = (
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
NOTHING = b"default-src 'none'; frame-ancestors 'none'"
ITS_OWN = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none';"
    b" base-uri 'none'; frame-ancestors 'none'"
)


class Rate:
    """A bucket an address: it fills with time, and each request takes one out. Bounded: the longest unseen goes."""

    def __init__(self, a_second: float, at_once: float, now_s: Callable[[], float]) -> None:
        self._a_second, self._at_once, self._now_s = a_second, at_once, now_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> bool:
        """Take one out; False if none is left."""
        left = self._now(address)
        self._left[address] = (left - 1.0 if left >= 1.0 else left, self._now_s())
        self._left.move_to_end(address)
        while len(self._left) > MOST_ADDRESSES:
            self._left.popitem(last=False)
        return left >= 1.0

    def _now(self, address: str) -> float:
        left, at_s = self._left.get(address, (self._at_once, self._now_s()))
        return min(self._at_once, left + (self._now_s() - at_s) * self._a_second)


class Guard:
    """ASGI middleware.

    Args:
        token: opens everything but `OPEN`; without one nothing does.
        now_s: a clock for rates, seconds.
    """

    def __init__(self, app: ASGIApp, *, token: str, now_s: Callable[[], float]) -> None:
        self._app = app
        self._token = token.encode()
        self._rates = {is_open: Rate(A_SECOND, AT_ONCE, now_s) for is_open in (True, False)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        address = (scope.get("client") or ("",))[0]
        headers = dict(scope["headers"])
        refusal = self._refusal(scope["path"], address, headers)
        if refusal is None:
            try:
                async with asyncio.timeout(BODY_WITHIN_S):
                    body = await _body(receive)
            except TimeoutError:
                refusal = 408, "the body did not come in time"
            else:
                refusal = (413, f"a body has at most {MOST_BYTES} bytes") if body is None else None
        if refusal is not None:
            await _answer(send, *refusal)
            return
        assert body is not None, "else it was refused"
        await self._app(scope, _again(body), _hardened(send, ITS_OWN if scope["path"] in PAGE else NOTHING))

    def _refusal(self, path: str, address: str, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        if not self._rates[path in OPEN].take(address):
            return 429, "too many requests"
        if path in OPEN:
            return None
        if not self._token:
            return 403, "set BOTS_HTTP_TOKEN to open this"
        if not hmac.compare_digest(headers.get(b"authorization", b""), b"Bearer " + self._token):
            return 401, "send Authorization: Bearer TOKEN, with the value of BOTS_HTTP_TOKEN"
        return None


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None if it is too long, however its length is said."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _again(body: bytes) -> Receive:
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return parts.pop() if parts else {"type": "http.disconnect"}

    return receive


def _hardened(send: Send, policy: bytes = NOTHING) -> Send:
    async def hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = (*HEADERS, (b"content-security-policy", policy))
            message = {**message, "headers": [*message.get("headers", ()), *headers]}
        await send(message)

    return hardened


async def _answer(send: Send, status: int, told: str) -> None:
    more = [(b"www-authenticate", b"Bearer")] if status == 401 else []
    body = told.encode() + b"\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *more]
    await _hardened(send)({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
