"""HTTP for a part of a program: bind an address, serve an application there until it is stopped."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp

from bots.errors import ConfigError

__all__ = ["HttpServer"]

START_LIMIT_S = 10.0


class _Uvicorn(uvicorn.Server):
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
    """One application on one address; use it as an async context manager, or by `start` and `stop`.

    Args:
        port: 0 takes a free one; once it is started, the one that it has.
        options: of `uvicorn.Config`, beside those that every part of a program has.
    """

    def __init__(self, app: ASGIApp, *, host: str, port: int, **options: Any) -> None:
        self.host, self.port = host, port
        self._uvicorn = _Uvicorn(
            uvicorn.Config(
                app, lifespan="off", log_config=None, access_log=False, server_header=False,
                timeout_graceful_shutdown=2, **options,
            )
        )  # fmt: skip

    async def start(self) -> None:
        """Bind and serve; returns when clients can come.

        Raises:
            ConfigError: the address cannot be bound.
        """
        listener = _bind(self.host, self.port)
        self.port = listener.getsockname()[1]
        self._task = asyncio.create_task(self._uvicorn.serve([listener]), name=f"http/{self.port}")
        await asyncio.wait_for(self._uvicorn.is_up.wait(), START_LIMIT_S)

    async def stop(self) -> None:
        """Close every connection, free the port."""
        self._uvicorn.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def _bind(host: str, port: int) -> socket.socket:
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
