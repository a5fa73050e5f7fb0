"""Bots that move from a process that has ended to another one."""

import asyncio
from typing import Any, ClassVar, cast

from bots.bot import Provider, SteerRotation
from bots.fleet.pool import Worker, Workers
from bots.fleet.workers import WorkerFleet
from bots.journal import OpenSession
from tests.unit.bot.stage import spec_of


class FakeWorker:
    """A process that does nothing; its input is full until `taken` is set."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.bots: set[tuple[int, str]] = set()
        self.is_lost = False
        self.sent: list[Any] = []
        self.taken = asyncio.Event()

    def send(self, *message: Any) -> None:
        self.sent.append(message)

    async def drain(self) -> None:
        await self.taken.wait()

    def of(self, kind: str) -> list[Any]:
        return [one for one in self.sent if one[0] == kind]


class FakeWorkers:
    def __init__(self, *workers: FakeWorker) -> None:
        self.workers = workers

    def admit(self, tenant: object) -> int:
        return 1

    async def least_busy(self) -> FakeWorker:
        return next(one for one in self.workers if not one.is_lost)


class FakeRecord:
    id = "lesson"


class FakeHold:
    def watch(self, tell: Any) -> Any:
        return lambda: None


class FakeOpened:
    """A session in the journal of whose bots nothing is known."""

    record = FakeRecord()
    hold = FakeHold()
    pasts: ClassVar[dict[str, Any]] = {}

    async def pasts_now(self) -> dict[str, Any]:
        return {}


async def test_a_bot_whose_next_process_ends_while_it_is_being_placed_there_moves_on() -> None:
    first, second, third = workers = [FakeWorker(number) for number in (1, 2, 3)]
    first.taken.set()
    third.taken.set()
    fleet = WorkerFleet(
        Provider("http://127.0.0.1:1", "app", "key"), cast("Workers", FakeWorkers(*workers)),
        cast("OpenSession", FakeOpened()),
    )  # fmt: skip
    await fleet.start(spec_of())
    first.is_lost = True
    moving = fleet.lose(cast("Worker", first), "killed")
    assert ["helper"] == moving
    placing = asyncio.create_task(fleet.move(moving, cast("Worker", second), "killed"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    fleet.command("helper", SteerRotation(text="next"))
    second.is_lost = True
    moving = fleet.lose(cast("Worker", second), "killed")
    assert ["helper"] == moving
    second.taken.set()
    await placing
    await fleet.move(moving, cast("Worker", third), "killed")
    assert 1 == len(third.of("start"))
    assert 1 == len(third.of("command"))
