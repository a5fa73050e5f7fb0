"""Worker processes of this machine, in which the bots of one session live, or of many at once.

Each session has its fleet (`workers.WorkerFleet`), which is a tenant here. A process that ends before its time is
followed by another one, and its tenants move what lived there.
"""

import asyncio
import itertools
import json
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, Protocol, Self

import structlog

from bots.errors import ConfigError
from bots.fleet.worker import LINE_BYTES
from bots.log import retell

__all__ = ["GOODBYE_S", "Tenant", "Worker", "Workers", "workers_of"]

READY_S = 60.0  # for a process to begin, on a busy machine
GOODBYE_S = 10.0  # for its bots to leave their rooms
MAIN = "from bots.fleet.worker import main; main()"

log = structlog.get_logger()


class Worker:
    """One process, as seen from here.

    Attributes:
        bots: whose lives have not ended: the number of their tenant, and their id.
    """

    def __init__(self, number: int, process: asyncio.subprocess.Process) -> None:
        self.number = number
        self.process = process
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.bots: set[tuple[int, str]] = set()
        self.is_lost = False

    @property
    def is_there(self) -> bool:
        return self.ready.done() and not self.is_lost

    def send(self, *message: Any) -> None:
        if not self.is_lost and self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write(json.dumps(message).encode() + b"\n")

    async def drain(self) -> None:
        if self.process.stdin is not None:
            with suppress(ConnectionError):  # it has ended, which its reader tells
                await self.process.stdin.drain()

    async def end(self, within_s: float) -> bool:
        """Have it leave and end; false if it had to be killed."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            async with asyncio.timeout(within_s):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
            return False
        return True


class Tenant(Protocol):
    """Whose bots live in workers."""

    def take(self, worker: Worker, message: list[Any]) -> None:
        """What a worker says to it."""
        ...

    def lose(self, worker: Worker, told: str) -> list[str]:
        """A worker has ended, and the bots in it with it; those that are to go on in another one."""
        ...

    async def move(self, bots: list[str], worker: Worker, reason: str) -> None:
        """Have these go on in this worker."""
        ...

    def give_up(self, bots: list[str], reason: str) -> None:
        """There is no worker for these."""
        ...


class Workers:
    """So many processes; use it as an async context manager, which ends them.

    Args:
        count: 1 or more. Entering raises ConfigError where they do not begin.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._numbers = itertools.count(1)
        self._workers: list[Worker] = []
        self._tenants: dict[int, Tenant] = {}
        self._tenant_numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._replacing: set[asyncio.Task[None]] = set()
        self._is_ending = False

    @property
    def processes(self) -> list[int]:
        """Their ids, of the living."""
        return [worker.process.pid for worker in self._workers]

    async def __aenter__(self) -> Self:
        try:
            begun = [await self._begin() for _ in range(self._count)]
            async with asyncio.timeout(READY_S):
                await asyncio.gather(*(worker.ready for worker in begun))
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

    def admit(self, tenant: Tenant) -> int:
        """Take a tenant; the number under which messages about it go."""
        number = next(self._tenant_numbers)
        self._tenants[number] = tenant
        return number

    def dismiss(self, number: int) -> None:
        """The tenant has nothing here any more."""
        del self._tenants[number]
        for worker in self._workers:
            worker.bots = {one for one in worker.bots if one[0] != number}

    async def least_busy(self) -> Worker | None:
        """Where the fewest bots live; None if no process is left, and none is on its way."""
        while True:
            there = [worker for worker in self._workers if worker.is_there]
            if there:
                return min(there, key=lambda one: len(one.bots))
            if not self._replacing:
                return None
            await asyncio.wait(self._replacing, return_when=asyncio.FIRST_COMPLETED)

    # ---- inside

    async def _begin(self) -> Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", MAIN, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            limit=LINE_BYTES, start_new_session=True,  # Ctrl-C is for the process that asks the bots to leave
        )  # fmt: skip
        worker = Worker(next(self._numbers), process)
        log.info("worker_begun", worker=worker.number, process=process.pid)
        self._workers.append(worker)
        self._spawn(self._follow(worker), f"worker-{worker.number}/messages", self._tasks)
        return worker

    async def _follow(self, worker: Worker) -> None:
        """Take what a worker says until it ends."""
        assert worker.process.stdout is not None, "a pipe, as asked for"
        try:
            while line := await worker.process.stdout.readline():
                if line.endswith(b"\n"):  # a process that is killed may leave half a line
                    self._take(worker, json.loads(line))
                    await asyncio.sleep(0)  # what a diary waits for is handed in before what it writes next
        finally:
            self._lose(worker, await worker.process.wait())

    def _take(self, worker: Worker, message: list[Any]) -> None:
        match message:
            case ["ready"]:
                worker.ready.set_result(None)
            case ["log", event]:
                retell(event)
            case [kind, int(number), *values]:
                tenant = self._tenants.get(number)
                if tenant is not None:  # else it has gone, and was not waited for any longer
                    tenant.take(worker, [kind, *values])
            case _:
                raise ValueError(f"no message of a worker: {message[:1]}")

    def _lose(self, worker: Worker, code: int) -> None:
        """A worker has ended: its bots have, too."""
        worker.is_lost = True
        self._workers.remove(worker)
        told = _told(code)
        reason = f"worker process {worker.number} was ended: {told}"
        if not worker.ready.done():
            worker.ready.set_exception(RuntimeError(reason))  # for whoever has begun it
            return
        moving = [(tenant, tenant.lose(worker, told)) for tenant in self._tenants.values()]
        if self._is_ending:
            return
        if not worker.bots:
            log.error("worker_lost", worker=worker.number, reason=told, bots=[])
        self._spawn(self._replace(moving, reason), f"worker-{worker.number}/replace", self._replacing)

    async def _replace(self, moving: list[tuple[Tenant, list[str]]], reason: str) -> None:
        """Begin another one, in which those bots go on, as after a crash of the whole."""
        try:
            worker = await self._begin()
            async with asyncio.timeout(READY_S):
                await worker.ready
        except (OSError, RuntimeError, TimeoutError) as failure:
            why = str(failure) or f"the next one was not ready within {READY_S:g} s"
            for tenant, bots in moving:
                tenant.give_up(bots, f"{reason}, and no other took its bots: {why}")
            return
        await asyncio.gather(*(tenant.move(bots, worker, reason) for tenant, bots in moving if bots))

    async def _end(self) -> None:
        """No more input: every worker has its bots leave, and ends; one that does not is killed."""
        self._is_ending = True
        for replacing in self._replacing:
            replacing.cancel()
        await asyncio.gather(*self._replacing, return_exceptions=True)
        await asyncio.gather(*(self._bury(worker) for worker in self._workers))
        if self._tasks:
            await asyncio.wait(self._tasks)

    @staticmethod
    async def _bury(worker: Worker) -> None:
        if not await worker.end(GOODBYE_S):
            reason = f"it did not end within {GOODBYE_S:g} s"
            log.error("worker_lost", worker=worker.number, reason=reason, bots=[])

    @staticmethod
    def _spawn(work: Coroutine[Any, Any, None], name: str, tasks: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work, name=name)
        tasks.add(task)
        task.add_done_callback(tasks.discard)


@asynccontextmanager
async def workers_of(count: int) -> AsyncIterator[Workers | None]:
    """So many processes for bots; None for one, which is this process itself.

    Raises:
        ConfigError: they do not begin.
    """
    if count == 1:
        yield None
        return
    async with Workers(count) as workers:
        yield workers


def _told(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"it ended with {code}"
    return f"killed by {signal.Signals(-code).name}"
