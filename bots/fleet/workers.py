"""The fleet in several processes of this machine: each bot lives in one of them, and is moved by the same messages."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from types import TracebackType
from typing import Any, Self

import structlog

from bots.bot import BotEvent, BotFailed, BotJoined, BotLeft, BotSpec, Command, DropTwins, Provider
from bots.errors import ConfigError, JournalError
from bots.fleet.parcels import pack, unpack_event
from bots.fleet.worker import LINE_BYTES, PASTS
from bots.journal import OpenSession, Past
from bots.log import retell

__all__ = ["WorkerFleet"]

READY_S = 60.0  # for a process to begin, on a busy machine
MOST_MOVES = 3  # of a session: what ends one process after the other would end all
GOODBYE_S = 10.0  # for its bots to leave their rooms
MAIN = "from bots.fleet.worker import main; main()"

log = structlog.get_logger()


class _Process:
    """One worker, as seen from here.

    Attributes:
        bots: whose lives have not ended.
        stops: who waits for the end of a bot.
    """

    def __init__(self, number: int, process: asyncio.subprocess.Process) -> None:
        self.number = number
        self.process = process
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.bots: set[str] = set()
        self.stops: dict[str, asyncio.Future[None]] = {}
        self.is_lost = False

    def send(self, *message: Any) -> None:
        if not self.is_lost and self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write(json.dumps(message).encode() + b"\n")

    async def drain(self) -> None:
        if self.process.stdin is not None:
            with suppress(ConnectionError):  # it has ended, which its reader tells
                await self.process.stdin.drain()


class WorkerFleet:
    """Implements `Fleet`; use it as an async context manager, which ends all lives and processes.

    Args:
        count: of processes, 1 or more. Entering raises ConfigError where they do not begin.
        opened: of the journal; what the bots begin and do goes through this process, which holds the session. With it
            the bots of a process that is killed go on in another one; without, they fail by name.
    """

    def __init__(self, provider: Provider, count: int, opened: OpenSession | None = None) -> None:
        self._provider = provider
        self._count = count
        self._opened = opened
        self._workers: list[_Process] = []
        self._of: dict[str, _Process] = {}
        self._specs: dict[str, BotSpec] = {}
        self._moving: dict[str, list[Command]] = {}  # bots on their way to another process, and what they are told
        self._moves = 0
        self._joined: set[str] = set()
        self._twins: tuple[str, ...] = ()
        self._events: asyncio.Queue[BotEvent] = asyncio.Queue()  # bounded by the bots, as in the local fleet
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_ending = False
        self._detach: list[Callable[[], None]] = []

    @property
    def processes(self) -> list[int]:
        """Their ids, of the living."""
        return [worker.process.pid for worker in self._workers if not worker.is_lost]

    async def __aenter__(self) -> Self:
        try:
            for number in range(1, self._count + 1):
                await self._begin(number)
            async with asyncio.timeout(READY_S):
                await asyncio.gather(*(worker.ready for worker in self._workers))
        except (OSError, RuntimeError, TimeoutError) as failure:
            await self._end()
            why = str(failure) or f"not all of them were ready within {READY_S:g} s"
            raise ConfigError(f"the {self._count} worker processes did not begin: {why}; try fewer") from failure
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def start(self, spec: BotSpec) -> None:
        self._specs[spec.id] = spec
        there = [worker for worker in self._workers if not worker.is_lost]
        if not there:
            self._fail(spec.id, "no worker process is left")
            return
        past = None if self._opened is None else self._opened.pasts.get(spec.id)
        await self._place(spec, past, min(there, key=lambda one: len(one.bots)))

    async def _place(self, spec: BotSpec, past: Past | None, worker: _Process) -> None:
        worker.bots.add(spec.id)
        self._of[spec.id] = worker
        worker.send("start", spec.to_json(), None if past is None else PASTS.dump_json(past).decode())
        await worker.drain()

    async def stop(self, bot_id: str) -> None:
        self._moving.pop(bot_id, None)
        worker = self._of.get(bot_id)
        if worker is None or worker.is_lost:
            return
        stopped = worker.stops.setdefault(bot_id, asyncio.get_running_loop().create_future())
        worker.send("stop", bot_id)
        await asyncio.shield(stopped)

    def command(self, bot_id: str, command: Command) -> None:
        if bot_id in self._moving:
            self._moving[bot_id].append(command)
        elif bot_id in self._of:
            self._of[bot_id].send("command", bot_id, pack(command))

    async def events(self) -> AsyncIterator[BotEvent]:
        while True:
            yield await self._events.get()

    # ---- processes

    async def _begin(self, number: int) -> _Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", MAIN, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            limit=LINE_BYTES, start_new_session=True,  # Ctrl-C is for the process that asks the bots to leave
        )  # fmt: skip
        worker = _Process(number, process)
        log.info("worker_begun", worker=number, process=process.pid)
        self._workers.append(worker)
        opened = self._opened
        session, deadline_s = ("", None) if opened is None else (opened.record.id, 0.0)
        worker.send("open", asdict(self._provider), session, deadline_s)  # with 0.0 nothing may be sent before `hold`
        if opened is not None:
            self._detach.append(opened.hold.watch(partial(self._tell_deadline, worker)))
        self._spawn(self._follow(worker), f"worker-{number}/messages")
        return worker

    @staticmethod
    def _tell_deadline(worker: _Process, deadline_s: float) -> None:
        worker.send("hold", None if deadline_s == float("-inf") else deadline_s)

    async def _follow(self, worker: _Process) -> None:
        """Take what a worker says until it ends."""
        assert worker.process.stdout is not None, "a pipe, as asked for"
        try:
            while line := await worker.process.stdout.readline():
                if line.endswith(b"\n"):  # a process that is killed may leave half a line
                    self._take(worker, json.loads(line))
                    await asyncio.sleep(0)  # what a diary waits for is handed in before what it writes next
        finally:
            self._lose(worker, await worker.process.wait())

    def _take(self, worker: _Process, message: list[Any]) -> None:
        match message:
            case ["ready"]:
                worker.ready.set_result(None)
            case ["event", packed]:
                event = unpack_event(packed)
                if isinstance(event, BotLeft | BotFailed):
                    worker.bots.discard(event.bot_id)
                    self._joined.discard(event.bot_id)
                if isinstance(event, BotJoined):
                    self._joined.add(event.bot_id)
                    self._drop_twins()
                self._events.put_nowait(event)
            case ["log", event]:
                retell(event)
            case ["stopped", bot_id]:
                worker.bots.discard(bot_id)
                worker.stops.pop(bot_id).set_result(None)
            case ["put", 0, writes, slot] if self._opened is not None:
                self._opened.put(writes, slot)
            case ["put", number, writes, slot] if self._opened is not None:
                self._spawn(self._keep(self._opened, worker, number, writes, slot), f"worker-{worker.number}/kept")
            case _:
                raise ValueError(f"no message of a worker: {message[:1]}")

    async def _keep(
        self, opened: OpenSession, worker: _Process, number: int, writes: list[Any], slot: str | None
    ) -> None:
        try:
            worker.send("kept", number, await opened.write(writes, slot), None)
        except JournalError as refused:
            worker.send("kept", number, False, str(refused))

    def _lose(self, worker: _Process, code: int) -> None:
        """A worker has ended: its bots have, too."""
        worker.is_lost = True
        for stop in worker.stops.values():
            stop.set_result(None)
        worker.stops.clear()
        reason = f"worker process {worker.number} was ended: {_told(code)}"
        if not worker.ready.done():
            worker.ready.set_exception(RuntimeError(reason))
        if self._is_ending:
            return
        bots, worker.bots = sorted(worker.bots), set()
        self._joined -= set(bots)
        log.error("worker_lost", worker=worker.number, reason=_told(code), bots=bots)
        if self._opened is None or self._moves >= MOST_MOVES:
            for bot_id in bots:
                self._fail(bot_id, reason)
            return
        self._moves += 1
        self._moving.update({bot_id: [] for bot_id in bots})
        self._spawn(self._move(self._opened, bots, reason), f"worker-{worker.number}/move")

    async def _move(self, opened: OpenSession, bots: list[str], reason: str) -> None:
        """Have bots go on in a new process where the journal knows them to be, as after a crash of the whole."""
        try:
            worker = await self._begin(len(self._workers) + 1)
            async with asyncio.timeout(READY_S):
                await worker.ready
            pasts = await opened.pasts_now()
        except (OSError, RuntimeError, TimeoutError, JournalError) as failure:
            for bot_id in bots:
                self._moving.pop(bot_id, None)
                self._fail(bot_id, f"{reason}, and no other took its bots: {failure}")
            return
        self._twins += tuple(sorted(pasts[one].client_id for one in bots if one in pasts and pasts[one].client_id))
        for bot_id in bots:
            if bot_id in self._moving:
                await self._place(self._specs[bot_id], pasts.get(bot_id), worker)
                for command in self._moving.pop(bot_id):
                    self.command(bot_id, command)
        log.warning("bots_moved", worker=worker.number, bots=bots)
        self._drop_twins()

    def _drop_twins(self) -> None:
        """Connections that a lost worker has left in the room are nobody's: a moderator that is there removes them."""
        moderators = [one for one in sorted(self._joined) if self._specs[one].role == "moderator"]
        if self._twins and moderators:
            self.command(moderators[0], DropTwins(client_ids=self._twins))
            self._twins = ()

    def _fail(self, bot_id: str, reason: str) -> None:
        log.error("bot_failed", bot=bot_id, stage="worker", reason=reason)
        if self._opened is not None:
            self._opened.diary(bot_id).left("failed", reason)
        self._events.put_nowait(BotFailed(bot_id=bot_id, stage="worker", reason=reason))

    async def _end(self) -> None:
        """No more input: every worker has its bots leave, and ends; one that does not is killed."""
        self._is_ending = True
        for detach in self._detach:
            detach()
        for worker in self._workers:
            if worker.process.stdin is not None:
                worker.process.stdin.close()
        await asyncio.gather(*(self._bury(worker) for worker in self._workers))
        if self._tasks:
            await asyncio.wait(self._tasks)

    @staticmethod
    async def _bury(worker: _Process) -> None:
        try:
            async with asyncio.timeout(GOODBYE_S):
                await worker.process.wait()
        except TimeoutError:
            log.error("worker_lost", worker=worker.number, reason=f"it did not end within {GOODBYE_S:g} s", bots=[])  # noqa: TRY400
            worker.process.kill()
            await worker.process.wait()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _told(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"it ended with {code}"
    return f"killed by {signal.Signals(-code).name}"
