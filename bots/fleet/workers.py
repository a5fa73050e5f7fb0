"""The fleet of one session in several processes of this machine: each bot lives in one of them, and is moved by the
same messages."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import asdict
from functools import partial
from types import TracebackType
from typing import Any, Self

import structlog

from bots.bot import BotEvent, BotFailed, BotJoined, BotLeft, BotSpec, Command, DropTwins, Provider
from bots.errors import JournalError
from bots.fleet.parcels import pack, unpack_event
from bots.fleet.pool import GOODBYE_S, Worker, Workers
from bots.fleet.worker import PASTS
from bots.journal import OpenSession, Past

__all__ = ["WorkerFleet"]

MOST_MOVES = 3  # of a session: what ends one process after the other would end all


class WorkerFleet:
    """Implements `Fleet`; use it as an async context manager, which ends all lives.

    Args:
        workers: where its bots live; others may live there, too.
        opened: of the journal; what the bots begin and do goes through this process, which holds the session. With it
            the bots of a process that is killed go on in another one; without, they fail by name.
        session: its label, for the log.
    """

    def __init__(
        self, provider: Provider, workers: Workers, opened: OpenSession | None = None, *, session: str = ""
    ) -> None:  # fmt: skip
        self._log = structlog.get_logger().bind(**({"session": session} if session else {}))
        self._provider = provider
        self._workers = workers
        self._opened = opened
        self._number = workers.admit(self)
        self._homes: dict[Worker, Callable[[], None]] = {}  # where it has been opened, and what ends news of the hold
        self._closed: dict[Worker, asyncio.Future[None]] = {}
        self._of: dict[str, Worker] = {}
        self._stops: dict[str, asyncio.Future[None]] = {}
        self._specs: dict[str, BotSpec] = {}
        self._moving: dict[str, list[Command]] = {}  # bots on their way to another process, and what they are told
        self._moves = 0
        self._joined: set[str] = set()
        self._twins: tuple[str, ...] = ()
        self._events: asyncio.Queue[BotEvent] = asyncio.Queue()  # bounded by the bots, as in the local fleet
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Every worker has the bots of this session leave; one that does not answer is killed."""
        homes, self._homes = self._homes, {}
        for detach in homes.values():
            detach()
        self._closed = {worker: asyncio.get_running_loop().create_future() for worker in homes}
        await asyncio.gather(*(self._leave(worker) for worker in homes))
        self._workers.dismiss(self._number)
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def start(self, spec: BotSpec) -> None:
        self._specs[spec.id] = spec
        past = None if self._opened is None else self._opened.pasts.get(spec.id)
        await self._place(spec, past, await self._workers.least_busy())

    async def stop(self, bot_id: str) -> None:
        self._moving.pop(bot_id, None)
        worker = self._of.get(bot_id)
        if worker is None or worker.is_lost:
            return
        stopped = self._stops.setdefault(bot_id, asyncio.get_running_loop().create_future())
        worker.send("stop", self._number, bot_id)
        await asyncio.shield(stopped)

    def command(self, bot_id: str, command: Command) -> None:
        if bot_id in self._moving:
            self._moving[bot_id].append(command)
        elif bot_id in self._of:
            self._of[bot_id].send("command", self._number, bot_id, pack(command))

    async def events(self) -> AsyncIterator[BotEvent]:
        while True:
            yield await self._events.get()

    # ---- as a tenant of the workers

    def take(self, worker: Worker, message: list[Any]) -> None:
        """See `pool.Tenant`."""
        match message:
            case ["event", packed]:
                event = unpack_event(packed)
                if isinstance(event, BotLeft | BotFailed):
                    worker.bots.discard((self._number, event.bot_id))
                    self._joined.discard(event.bot_id)
                if isinstance(event, BotJoined):
                    self._joined.add(event.bot_id)
                    self._drop_twins()
                self._events.put_nowait(event)
            case ["stopped", bot_id]:
                worker.bots.discard((self._number, bot_id))
                self._stops.pop(bot_id).set_result(None)
            case ["put", 0, writes, slot] if self._opened is not None:
                self._opened.put(writes, slot)
            case ["put", number, writes, slot] if self._opened is not None:
                self._spawn(self._keep(self._opened, worker, number, writes, slot), f"worker-{worker.number}/kept")
            case ["closed"]:
                self._closed[worker].set_result(None)
            case _:
                raise ValueError(f"no message of a worker: {message[:1]}")

    def lose(self, worker: Worker, told: str) -> list[str]:
        """See `pool.Tenant`."""
        bots = sorted(bot_id for number, bot_id in worker.bots if number == self._number)
        for bot_id in [one for one in self._stops if self._of.get(one) is worker]:
            self._stops.pop(bot_id).set_result(None)
        if worker in self._homes:
            self._homes.pop(worker)()
        elif worker in self._closed and not self._closed[worker].done():
            self._closed[worker].set_result(None)
        if not bots:
            return []
        self._joined -= set(bots)
        self._log.error("worker_lost", worker=worker.number, reason=told, bots=bots)
        if self._opened is None or self._moves >= MOST_MOVES:
            self.give_up(bots, f"worker process {worker.number} was ended: {told}")
            return []
        self._moves += 1
        self._moving.update({bot_id: [] for bot_id in bots})
        return bots

    async def move(self, bots: list[str], worker: Worker, reason: str) -> None:
        """See `pool.Tenant`: they go on where the journal knows them to be."""
        assert self._opened is not None, "without a journal they have failed"
        try:
            pasts = await self._opened.pasts_now()
        except JournalError as failure:
            self.give_up(bots, f"{reason}, and no other took its bots: {failure}")
            return
        self._twins += tuple(sorted(pasts[one].client_id for one in bots if one in pasts and pasts[one].client_id))
        for bot_id in bots:
            if bot_id in self._moving:
                told = self._moving[bot_id]
                await self._place(self._specs[bot_id], pasts.get(bot_id), worker)
                self._moved(bot_id, told)
        self._log.warning("bots_moved", worker=worker.number, bots=bots)
        self._drop_twins()

    def give_up(self, bots: list[str], reason: str) -> None:
        """See `pool.Tenant`."""
        for bot_id in bots:
            self._moving.pop(bot_id, None)
            self._fail(bot_id, reason)

    # ---- inside

    def _moved(self, bot_id: str, told: list[Command]) -> None:
        """It has been placed, unless it was stopped meanwhile, or its next process has ended, too: then it moves on."""
        moving = self._moving.get(bot_id)
        if moving is told:
            del self._moving[bot_id]
            for command in told:
                self.command(bot_id, command)
        elif moving is not None:
            moving[:0] = told

    async def _place(self, spec: BotSpec, past: Past | None, worker: Worker | None) -> None:
        if worker is not None and worker.is_lost:  # it was there a moment ago
            worker = await self._workers.least_busy()
        if worker is None:
            self._fail(spec.id, "no worker process is left")
            return
        if worker not in self._homes:
            self._open(worker)
        worker.bots.add((self._number, spec.id))
        self._of[spec.id] = worker
        kept = None if past is None else PASTS.dump_json(past).decode()
        worker.send("start", self._number, spec.to_json(), kept)
        await worker.drain()

    def _open(self, worker: Worker) -> None:
        opened = self._opened
        session, deadline_s = ("", None) if opened is None else (opened.record.id, 0.0)
        # with the deadline 0.0 nothing may be sent before `hold`
        worker.send("open", self._number, asdict(self._provider), session, deadline_s)
        self._homes[worker] = lambda: None
        if opened is not None:
            self._homes[worker] = opened.hold.watch(partial(self._tell_deadline, worker))

    def _tell_deadline(self, worker: Worker, deadline_s: float) -> None:
        worker.send("hold", self._number, None if deadline_s == float("-inf") else deadline_s)

    async def _leave(self, worker: Worker) -> None:
        worker.send("close", self._number)
        try:
            async with asyncio.timeout(GOODBYE_S):
                await asyncio.shield(self._closed[worker])
        except TimeoutError:
            worker.process.kill()  # it answers to nobody; the other sessions in it move

    async def _keep(
        self, opened: OpenSession, worker: Worker, number: int, writes: list[Any], slot: str | None
    ) -> None:
        try:
            worker.send("kept", self._number, number, await opened.write(writes, slot), None)
        except JournalError as refused:
            worker.send("kept", self._number, number, False, str(refused))

    def _drop_twins(self) -> None:
        """Connections that a lost worker has left in the room are nobody's: a moderator that is there removes them."""
        moderators = [one for one in sorted(self._joined) if self._specs[one].role == "moderator"]
        if self._twins and moderators:
            self.command(moderators[0], DropTwins(client_ids=self._twins))
            self._twins = ()

    def _fail(self, bot_id: str, reason: str) -> None:
        self._log.error("bot_failed", bot=bot_id, stage="worker", reason=reason)
        if self._opened is not None:
            self._opened.diary(bot_id).left("failed", reason)
        self._events.put_nowait(BotFailed(bot_id=bot_id, stage="worker", reason=reason))

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
