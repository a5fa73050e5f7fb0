"""A worker process: bots of one session or of many, moved by messages on its standard input, told of on its standard
output.

A message is a line of JSON, a list whose first value says what it is, and whose second which session it is about. When
its input ends, so does everything here: a worker does not outlive the process that has begun it.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TextIO, cast

from pydantic import TypeAdapter

from bots.bot import BotSpec, Provider
from bots.clock import SystemClock, since_boot_s
from bots.fleet.local import LocalFleet
from bots.fleet.parcels import pack, unpack_command
from bots.journal import Diary, Hold, Past, RemoteBook
from bots.log import configure, hide
from bots.loop import run

__all__ = ["LINE_BYTES", "PASTS", "main"]

LINE_BYTES = 64 * 1024 * 1024  # of one message: a bot with its roster, and all that it has lived through
PASTS = TypeAdapter(Past)


class _Out:
    """Sends messages, in order."""

    def __init__(self, writer: asyncio.WriteTransport) -> None:
        self._writer = writer

    def send(self, *message: Any) -> None:
        if self._writer.is_closing():  # nobody reads any more: this process is about to end
            return
        self._writer.write(json.dumps(message).encode() + b"\n")


class _LogLines:
    """What the log writes, as messages; the process that has begun this one tells them with its own."""

    def __init__(self, out: _Out) -> None:
        self._out = out

    def write(self, line: str) -> None:
        self._out.send("log", json.loads(line))

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        return False


class _Kept:
    """What a worker has of a session's place in the journal; implements `bots.fleet.local.Kept`."""

    def __init__(self, session: str, deadline_s: float, put: Callable[..., None]) -> None:
        self.hold = Hold(session, deadline_s, since_boot_s)
        self.book = RemoteBook(session, put)
        self.pasts: dict[str, Past] = {}

    def diary(self, bot: str) -> Diary:
        return self.book.diary(bot, self.pasts.pop(bot, None))


class _Lodging:
    """The bots of one session in this process.

    Args:
        number: under which messages about it go.
        session: of the journal.
        deadline_s: of its hold, at first; None if nothing is kept of it.
    """

    def __init__(self, number: int, provider: Provider, session: str, deadline_s: float | None, out: _Out) -> None:
        self._number = number
        self._out = out
        self._kept = None if deadline_s is None else _Kept(session, deadline_s, partial(out.send, "put", number))
        self._fleet = LocalFleet(provider, SystemClock(), self._kept)
        self._telling = asyncio.create_task(self._tell(), name=f"worker/events-{number}")

    async def open(self) -> None:
        await self._fleet.__aenter__()

    async def close(self) -> None:
        """Its bots leave."""
        self._telling.cancel()
        await self._fleet.__aexit__(None, None, None)
        self._out.send("closed", self._number)

    async def stop(self, bot_id: str) -> None:
        await self._fleet.stop(bot_id)
        self._out.send("stopped", self._number, bot_id)

    async def obey(self, message: list[Any]) -> None:
        match message:
            case ["start", spec, past]:
                parsed = BotSpec.from_json(spec)
                if self._kept is not None and past is not None:
                    self._kept.pasts[parsed.id] = PASTS.validate_json(past)
                await self._fleet.start(parsed)
            case ["command", bot_id, packed]:
                self._fleet.command(bot_id, unpack_command(packed))
            case ["hold", None] if self._kept is not None:
                self._kept.hold.lose()
            case ["hold", deadline_s] if self._kept is not None:
                self._kept.hold.extend(deadline_s)
            case ["kept", number, is_kept, refusal] if self._kept is not None:
                self._kept.book.answer(number, is_kept, refusal)
            case _:
                raise ValueError(f"no message of a fleet: {message[:1]}")

    async def _tell(self) -> None:
        async for event in self._fleet.events():
            self._out.send("event", self._number, pack(event))


class _Worker:
    """Does what messages say; what takes time in one session keeps none of the others waiting."""

    def __init__(self, out: _Out) -> None:
        self._out = out
        self._lodgings: dict[int, _Lodging] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def obey(self, message: list[Any]) -> None:
        match message:
            case ["open", number, provider, session, deadline_s]:
                hide(provider["app_key"])
                lodging = _Lodging(number, Provider(**provider), session, deadline_s, self._out)
                self._lodgings[number] = lodging
                await lodging.open()
            case ["close", number]:
                self._spawn(self._lodgings.pop(number).close(), f"worker/close-{number}")
            case ["stop", number, bot_id]:
                self._spawn(self._lodgings[number].stop(bot_id), f"worker/stop-{bot_id}")
            case [kind, number, *values] if number in self._lodgings:
                await self._lodgings[number].obey([kind, *values])
            case ["kept" | "hold" | "command", *_]:
                pass  # for a session that has been closed meanwhile
            case _:
                raise ValueError(f"no message of a fleet: {message[:1]}")

    async def end(self) -> None:
        """All bots leave."""
        await asyncio.gather(*(one.close() for one in self._lodgings.values()), *self._tasks)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _serve(out_fd: int) -> None:
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(out_fd, "wb"))
    out = _Out(writer)
    configure("json", cast("TextIO", _LogLines(out)))
    worker = _Worker(out)
    out.send("ready")
    try:
        while line := await reader.readline():
            await worker.obey(json.loads(line))
    finally:
        await worker.end()


def main() -> None:
    """Serve until the input ends. What anybody prints goes to the standard error: the output is for messages."""
    out_fd = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    run(_serve(out_fd))
