"""The endpoints of `bots serve`: for probes, for Prometheus, and for whoever has the token."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bots.dashboard.guard import PAGE, Guard
from bots.dashboard.metrics import CONTENT_TYPE, metrics_of
from bots.timetable import Status

__all__ = ["Watched", "endpoints"]

MOST_WORDS = 200  # characters of a command
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
FOLDER = Path(__file__).parent / "page"


class Watched(Protocol):
    """What is looked at and steered; `Timetable` is one."""

    def status(self) -> Status: ...

    def end(self, session: str) -> bool: ...

    def steer(self, session: str, text: str) -> bool: ...


def endpoints(watched: Watched, *, token: str, now_s: Callable[[], float]) -> ASGIApp:
    """The application.

    Args:
        token: opens everything but `guard.OPEN`.
        now_s: a clock for rates, seconds.
    """
    served = _Endpoints(watched)
    routes = [
        *(Route(path, _file(FOLDER / name)) for path, name in PAGE.items()),
        Route("/startup", served.startup), Route("/live", served.live), Route("/ready", served.ready),
        Route("/metrics", served.metrics), Route("/status", served.status), Route("/schedules", served.schedules),
        Route("/sessions", served.sessions), Route("/sessions/{session:path}/stop", served.stop, methods=["POST"]),
        Route("/sessions/{session:path}/steer", served.steer, methods=["POST"]),
    ]  # fmt: skip
    return Guard(Starlette(routes=routes), token=token, now_s=now_s)


class _Endpoints:
    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    async def startup(self, _: Request) -> Response:
        is_open = self._watched.status().is_open
        return _told(["the journal and the folder are being read"] if not is_open else [])

    async def live(self, _: Request) -> Response:
        """The event loop turns."""
        return _told([])

    async def ready(self, _: Request) -> Response:
        status = self._watched.status()
        reasons = [] if status.is_open else ["the journal and the folder are being read"]
        reasons += ["it is being stopped"] if status.is_stopping else []
        reasons += ["the journal cannot be written"] if status.is_journal_away else []
        return _told(reasons)

    async def metrics(self, _: Request) -> Response:
        return Response(metrics_of(self._watched.status(), tasks=len(asyncio.all_tasks())), media_type=CONTENT_TYPE)

    async def status(self, _: Request) -> Response:
        return _json(asdict(self._watched.status()))

    async def schedules(self, _: Request) -> Response:
        return _json([asdict(book) for book in self._watched.status().books])

    async def sessions(self, _: Request) -> Response:
        return _json([asdict(one) for one in self._watched.status().running])

    async def stop(self, request: Request) -> Response:
        session = request.path_params["session"]
        return _done(session, is_done=self._watched.end(session))

    async def steer(self, request: Request) -> Response:
        """`{"text": "more 2m"}`: what a rotation of this session is to do; the log tells whether it did."""
        session = request.path_params["session"]
        try:
            body = json.loads(await request.body())
            text = body["text"].removeprefix("!").strip()
        except (ValueError, KeyError, TypeError, AttributeError):
            text = ""
        if not text or len(text) > MOST_WORDS:
            return PlainTextResponse('send {"text": "more 2m"}, or hold, next, back, swap ana luis, undo\n', 400)
        return _done(session, is_done=self._watched.steer(session, text))


def _file(file: Path) -> Callable[[Request], Response]:
    text, kind = file.read_text(encoding="utf-8"), KINDS[file.suffix]
    return lambda _: Response(text, media_type=kind)


def _told(reasons: list[str]) -> Response:
    return PlainTextResponse("".join(f"{one}\n" for one in reasons or ["ok"]), 503 if reasons else 200)


def _done(session: str, *, is_done: bool) -> Response:
    if is_done:
        return PlainTextResponse("asked\n", 202)
    return PlainTextResponse(f"{session!r} does not run here; GET /sessions shows which do\n", 404)


def _json(value: Any) -> Response:
    return Response(json.dumps(value, default=_plain, ensure_ascii=False), media_type="application/json")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} has no form in JSON")
