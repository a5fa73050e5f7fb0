"""A worker process: some of a session's bots, moved by messages on its standard input, told of on its standard output.

A message is a line of JSON, a list whose first value says what it is. When its input ends, so does everything here:
a worker does not outlive the process that has begun it.
"""

import asyncio
import json
import os
import sys
from functools import partial
from typing import Any, TextIO, cast

from pydantic import TypeAdapter

from bots.bot import BotSpec, Provider
from bots.clock import SystemClock, since_boot_s
from bots.fleet.local import LocalFleet
from bots.fleet.parcels import pack, unpack_command
from bots.journal import Diary, Hold, Past, RemoteBook
from bots.log import configure, hide

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
    """What a worker has of the session's place in the journal; implements `bots.fleet.local.Kept`."""

    def __init__(self, out: _Out, session: str, deadline_s: float) -> None:
        self.hold = Hold(session, deadline_s, since_boot_s)
        self.book = RemoteBook(session, partial(out.send, "put"))
        self.pasts: dict[str, Past] = {}

    def diary(self, bot: str) -> Diary:
        return self.book.diary(bot, self.pasts.pop(bot, None))


class _Worker:
    """Does what messages say."""

    def __init__(self, fleet: LocalFleet, kept: _Kept | None, out: _Out) -> None:
        self._fleet = fleet
        self._kept = kept
        self._out = out

    async def tell(self) -> None:
        async for event in self._fleet.events():
            self._out.send("event", pack(event))

    async def obey(self, message: list[Any]) -> None:
        match message:
            case ["start", spec, past]:
                parsed = BotSpec.from_json(spec)
                if self._kept is not None and past is not None:
                    self._kept.pasts[parsed.id] = PASTS.validate_json(past)
                await self._fleet.start(parsed)
            case ["command", bot_id, packed]:
                self._fleet.command(bot_id, unpack_command(packed))
            case ["stop", bot_id]:
                await self._fleet.stop(bot_id)
                self._out.send("stopped", bot_id)
            case ["hold", None] if self._kept is not None:
                self._kept.hold.lose()
            case ["hold", deadline_s] if self._kept is not None:
                self._kept.hold.extend(deadline_s)
            case ["kept", number, is_kept, refusal] if self._kept is not None:
                self._kept.book.answer(number, is_kept, refusal)
            case _:
                raise ValueError(f"no message of a fleet: {message[:1]}")


async def _serve(out_fd: int) -> None:
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(out_fd, "wb"))
    out = _Out(writer)
    configure("json", cast("TextIO", _LogLines(out)))
    opening = json.loads(await reader.readline() or "null")
    if opening is None:
        return
    _, provider, session, deadline_s = opening
    hide(provider["app_key"])
    kept = None if deadline_s is None else _Kept(out, session, deadline_s)
    async with LocalFleet(Provider(**provider), SystemClock(), kept) as fleet:
        worker = _Worker(fleet, kept, out)
        telling = asyncio.create_task(worker.tell(), name="worker/events")
        out.send("ready")
        try:
            while line := await reader.readline():
                await worker.obey(json.loads(line))
        finally:
            telling.cancel()


def main() -> None:
    """Serve until the input ends. What anybody prints goes to the standard error: the output is for messages."""
    out_fd = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    asyncio.run(_serve(out_fd))
