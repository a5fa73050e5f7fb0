"""What a second firing does, and in which outcome a run ends."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bots.bot.rules.facts import Firing, Occasion, Person
from bots.bot.rules.run import Mode, Run, Runs, RunStopped
from bots.errors import StepFailed
from tests.fakes.clock import FakeClock, settle


@dataclass(frozen=True)
class FakeRule:
    id: str = "greet"
    mode: Mode = "single"
    max: int | None = None
    cooldown_s: float = 0.0
    gather_s: float = 0.0


class Stage:
    """Runs whose steps last ten seconds, and a record of how each ended."""

    def __init__(self, clock: FakeClock, group: asyncio.TaskGroup) -> None:
        self.clock = clock
        self.ended: list[str] = []
        self.performed: list[Firing] = []
        self.running = 0
        self.most = 0
        self.condition: Callable[[], bool] = lambda: True
        self.perform: Callable[[Run], Awaitable[None]] = self.ten_seconds
        self.rescue: Callable[[Run], Awaitable[None]] = self.nothing
        self.runs = Runs[FakeRule](
            perform=lambda rule, run: self.count(run),
            rescue=lambda rule, run: self.rescue(run),
            is_true=lambda rule, firing: self.condition(),
            clock=clock,
            group=group,
            name="helper",
            next_number=itertools.count(1).__next__,
            on_begin=lambda run: None,
            on_end=lambda rule, outcome, reason, run: self.ended.append(outcome),
        )

    async def count(self, run: Run) -> None:
        self.performed.append(run.firing)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.perform(run)
        finally:
            self.running -= 1

    async def nothing(self, run: Run) -> None:
        pass

    async def ten_seconds(self, run: Run) -> None:
        for _ in range(10):
            if run.is_draining:
                raise RunStopped
            await self.clock.sleep_until(self.clock.monotonic() + 1)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with asyncio.TaskGroup() as group:
        stage = Stage(FakeClock(), group)
        yield stage
        drained = asyncio.create_task(stage.runs.drain(within_s=0))
        await stage.clock.advance(1)
        await drained


def joined(name: str = "Ana") -> Occasion:
    return Occasion(kind="joined", room_id="r", person=Person(name=name))


async def test_a_run_finishes_and_says_so(stage: Stage) -> None:
    stage.runs.fire(FakeRule(), joined())
    await stage.clock.advance(10)
    assert ["finished"] == stage.ended


async def test_single_drops_a_second_firing(stage: Stage) -> None:
    stage.runs.fire(FakeRule(), joined())
    stage.runs.fire(FakeRule(), joined())
    await stage.clock.advance(10)
    assert ["already_running", "finished"] == stage.ended


async def test_restart_stops_the_first_run_and_begins_anew(stage: Stage) -> None:
    stage.runs.fire(FakeRule(mode="restart"), joined("Ana"))
    await stage.clock.advance(5)
    stage.runs.fire(FakeRule(mode="restart"), joined("Luis"))
    await stage.clock.advance(10)
    assert ["stopped", "finished"] == stage.ended
    assert 1 == stage.most


async def test_a_run_that_is_restarted_in_the_instant_it_began_has_an_end_too(stage: Stage) -> None:
    for name in ("Ana", "Luis", "Eva"):
        stage.runs.fire(FakeRule(mode="restart"), joined(name))
    await stage.clock.advance(10)
    assert ["stopped", "stopped", "finished"] == stage.ended
    assert ["Eva"] == [firing.person.name for firing in stage.performed if firing.person is not None]


async def test_what_is_still_being_gathered_holds_up_nobody_who_drains() -> None:
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        stage = Stage(FakeClock(), group)
        stage.runs.fire(FakeRule(gather_s=600.0), joined())
        await settle()
        await stage.runs.drain(within_s=10)
    assert [] == stage.performed


async def test_queued_runs_one_after_the_other_up_to_max(stage: Stage) -> None:
    rule = FakeRule(mode="queued", max=2)
    for _ in range(3):
        stage.runs.fire(rule, joined())
    await stage.clock.advance(20)
    assert ["already_running", "finished", "finished"] == stage.ended
    assert 1 == stage.most


async def test_parallel_runs_side_by_side_up_to_max(stage: Stage) -> None:
    rule = FakeRule(mode="parallel", max=2)
    for _ in range(3):
        stage.runs.fire(rule, joined())
    await stage.clock.advance(10)
    assert ["already_running", "finished", "finished"] == stage.ended
    assert 2 == stage.most


async def test_single_with_a_max_runs_so_often_and_no_more(stage: Stage) -> None:
    rule = FakeRule(max=2)
    for _ in range(3):
        stage.runs.fire(rule, joined())
        await stage.clock.advance(11)
    assert ["finished", "finished", "already_running"] == stage.ended


async def test_rules_do_not_wait_for_each_other(stage: Stage) -> None:
    stage.runs.fire(FakeRule("greet"), joined())
    stage.runs.fire(FakeRule("help"), joined())
    await stage.clock.advance(10)
    assert 2 == stage.most


async def test_a_false_condition_is_an_outcome(stage: Stage) -> None:
    stage.condition = lambda: False
    stage.runs.fire(FakeRule(), joined())
    assert ["condition_false"] == stage.ended


async def test_a_condition_that_raises_fails_the_run_and_not_the_bot(stage: Stage) -> None:
    stage.condition = lambda: 1 / 0 > 1
    with capture_logs() as lines:
        stage.runs.fire(FakeRule(), joined())
    assert (["failed"], ["run_failed"]) == (stage.ended, [line["event"] for line in lines])


async def test_gather_makes_one_run_of_all_who_came_within_it(stage: Stage) -> None:
    rule = FakeRule(gather_s=3)
    stage.runs.fire(rule, joined("Ana"))
    await stage.clock.advance(2)
    stage.runs.fire(rule, joined("Luis"))
    await stage.clock.advance(2)
    stage.runs.fire(rule, joined("Eva"))
    await stage.clock.advance(20)
    assert [2] == [firing.count for firing in stage.performed]
    assert ["already_running", "finished"] == stage.ended


async def test_a_cooldown_counts_from_the_start_of_a_run(stage: Stage) -> None:
    rule = FakeRule(cooldown_s=30)
    for _ in range(3):
        stage.runs.fire(rule, joined())
        await stage.clock.advance(15)
    assert ["finished", "already_running", "finished"] == stage.ended


async def test_a_failed_step_ends_the_run_as_failed(stage: Stage) -> None:
    async def fail(run: Run) -> None:
        raise StepFailed("helper", "do[0]", "no such person")

    stage.perform = fail
    stage.runs.fire(FakeRule(), joined())
    await settle()
    assert ["failed"] == stage.ended


async def test_a_bug_in_a_step_is_logged_with_its_traceback_and_ends_only_the_run(stage: Stage) -> None:
    async def fail(run: Run) -> None:
        raise KeyError("x")

    stage.perform = fail
    with capture_logs() as lines:
        stage.runs.fire(FakeRule(), joined())
        await settle()
    assert (["failed"], [("run_failed", True)]) == (
        stage.ended,
        [(line["event"], line["exc_info"]) for line in lines],
    )


async def test_draining_finishes_the_step_and_stops_before_the_next(stage: Stage) -> None:
    stage.runs.fire(FakeRule(), joined())
    await stage.clock.advance(2.5)
    drained = asyncio.create_task(stage.runs.drain(within_s=10))
    await stage.clock.advance(0.4)
    assert not drained.done()
    await stage.clock.advance(0.2)
    assert (True, ["stopped"]) == (drained.done(), stage.ended)


async def test_draining_cancels_a_run_that_only_waits(stage: Stage) -> None:
    async def wait(run: Run) -> None:
        run.waiting = 1
        await stage.clock.sleep_until(stage.clock.monotonic() + 3600)

    stage.perform = wait
    stage.runs.fire(FakeRule(), joined())
    await settle()
    await stage.runs.drain(within_s=10)
    assert ["stopped"] == stage.ended


async def test_draining_spares_the_runs_of_the_last_instant(stage: Stage) -> None:
    stage.runs.fire(FakeRule("old"), joined())
    await stage.clock.advance(3)
    stage.runs.fire(FakeRule("at end"), joined())
    await settle()
    drained = asyncio.create_task(stage.runs.drain(within_s=60, spare_since=stage.clock.now()))
    await stage.clock.advance(11)
    assert (True, ["stopped", "finished"]) == (drained.done(), stage.ended)


async def test_draining_has_a_limit(stage: Stage) -> None:
    async def never(run: Run) -> None:
        await asyncio.Event().wait()

    stage.perform = never
    stage.runs.fire(FakeRule(), joined())
    await settle()
    drained = asyncio.create_task(stage.runs.drain(within_s=5, spare_since=stage.clock.now() - timedelta(1)))
    await stage.clock.advance(4)
    assert not drained.done()
    await stage.clock.advance(1)
    assert (True, ["stopped"]) == (drained.done(), stage.ended)


async def test_after_draining_nothing_fires(stage: Stage) -> None:
    await stage.runs.drain(within_s=5)
    stage.runs.fire(FakeRule(), joined())
    await settle()
    assert [] == stage.ended


async def test_a_misfire_is_told(stage: Stage) -> None:
    stage.runs.misfire(FakeRule(), "the bot came 5 minutes later")
    assert ["misfired"] == stage.ended
