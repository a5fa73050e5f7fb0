"""HTTP for a part of a program: bind an address, serve an application there until it is stopped."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from bots.errors import ConfigError

__all__ = ["HttpServer", "Uvicorn", "bind"]

START_LIMIT_S = 10.0
MOST_AT_ONCE = 100  # connections


class Uvicorn(uvicorn.Server):
    """Uvicorn as a part of a program: it says when it is up, and leaves signals to the command."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpServer:
    """One application on one address; use it as an async context manager.

    Args:
        port: 0 takes a free one; afterwards, the one that it has.

    Raises:
        ConfigError: the address cannot be bound.
    """

    def __init__(self, app: ASGIApp, *, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._uvicorn = Uvicorn(
            uvicorn.Config(
                app, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
                timeout_graceful_shutdown=2, limit_concurrency=MOST_AT_ONCE, proxy_headers=False,
            )
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        listener = bind(self.host, self.port)
        self.port = listener.getsockname()[1]
        self._task = asyncio.create_task(self._uvicorn.serve([listener]), name="http")
        await asyncio.wait_for(self._uvicorn.is_up.wait(), START_LIMIT_S)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._uvicorn.should_exit = True
        await asyncio.gather(self._task, return_exceptions=True)


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        ConfigError: it cannot.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigError(f"cannot serve on {host}:{port}: {error.strerror}; try another one") from error
    listener.listen(1024)
    listener.setblocking(False)
    return listener
