"""Notifications: what happened is posted to the user's own server, again until it is taken, a few times.

The same notification is the same bytes at every try, with the same `Idempotency-Key`. Source: server-api.md section 9;
what it leaves open is decided here: any 2xx takes a notification, they go out in order, one at a time.
"""

import asyncio
import random
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import structlog

from bots.clock import Clock
from bots.errors import ConfigError
from bots.wire import write_json

__all__ = ["Webhook"]

MOST_TRIES = 6
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
TIME_LIMIT_S = 10.0  # of one try
PARTING_S = 5.0  # what is left when the server stops has so long
MOST_WAITING = 1000  # notifications; a receiver that is away for longer loses the newest
LATER = (408, 425, 429)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Notification:
    kind: str
    key: str
    body: bytes


class Webhook:
    """Posts notifications to one address.

    Args:
        url: http or https; `user:password@` in it, percent-encoded where it has to be, becomes Basic auth.
        app_id: of the project.
        clock: of the notifications and of the waits between tries.
        rng: spreads the waits.

    Raises:
        ConfigError: `url` is no such address.
    """

    def __init__(self, url: str, app_id: str, *, clock: Clock, rng: random.Random | None = None) -> None:
        try:
            parts = urlsplit(url)
            httpx.URL(url)  # which refuses more
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except (ValueError, httpx.InvalidURL):
            is_address = False
        if not is_address:
            raise ConfigError("--webhook needs an http(s) address, such as http://127.0.0.1:9000/enablex")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        self._auth = httpx.BasicAuth(user, password) if user else None
        self._url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        self._is_near = parts.hostname in ("127.0.0.1", "::1", "localhost")
        self._app_id = app_id
        self._clock = clock
        self._rng = rng or random.Random()
        self._waiting: asyncio.Queue[_Notification] = asyncio.Queue(MOST_WAITING)
        self._posting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to post what is notified."""
        self._posting = asyncio.create_task(self._run(), name="webhook")

    async def stop(self) -> None:
        """Post what is left for some seconds, then forget it."""
        if self._posting is None:
            return
        try:
            async with asyncio.timeout(PARTING_S):
                await self._waiting.join()
        except TimeoutError:
            log.warning("webhook_given_up", kind="", reason=f"the server stops; {self._waiting.qsize()} left")
        self._posting.cancel()
        await asyncio.gather(self._posting, return_exceptions=True)

    def notify(self, kind: str, room_id: str, conf_num: str, /, **more: Any) -> None:
        """Post a notification of this type, in its turn."""
        fields = {
            "type": kind, "trans_date": str(int(self._clock.now().timestamp())), "app_id": self._app_id,
            "room_id": room_id, "conf_num": conf_num, **more,
        }  # fmt: skip
        try:
            self._waiting.put_nowait(_Notification(kind, str(uuid.uuid4()), write_json(fields).encode()))
        except asyncio.QueueFull:
            log.warning("webhook_given_up", kind=kind, reason=f"{MOST_WAITING} are waiting")

    async def _run(self) -> None:
        async with httpx.AsyncClient(auth=self._auth, timeout=TIME_LIMIT_S, trust_env=not self._is_near) as client:
            while True:
                notification = await self._waiting.get()
                try:
                    await self._deliver(client, notification)
                finally:
                    self._waiting.task_done()

    async def _deliver(self, client: httpx.AsyncClient, one: _Notification) -> None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": one.key}
        for tries in range(1, MOST_TRIES + 1):
            try:
                reply = await client.post(self._url, content=one.body, headers=headers)
                if reply.is_success:
                    return
                reason, can_help = f"status {reply.status_code}", reply.is_server_error or reply.status_code in LATER
            except httpx.HTTPError as error:
                reason, can_help = str(error) or type(error).__name__, True
            if tries == MOST_TRIES or not can_help:
                log.warning("webhook_given_up", kind=one.kind, reason=reason, tries=tries)
                return
            longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (tries - 1))
            after_s = self._rng.uniform(longest / 2, longest)
            log.info("webhook_repeated", kind=one.kind, reason=reason, after_s=round(after_s, 2))
            await self._clock.sleep_until(self._clock.monotonic() + after_s)
