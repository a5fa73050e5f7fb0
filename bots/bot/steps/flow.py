"""Steps about time: wait, wait_for, parallel."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bots.bot.rules.facts import Occasion
from bots.bot.rules.run import Run
from bots.bot.rules.triggers import matches
from bots.bot.steps.kit import Kit
from bots.bot.waiting import done_within
from bots.errors import StepFailed
from bots.playbook import Expression, Silent, Trigger, Wait, WaitFor, format_duration

__all__ = ["side_by_side", "wait", "wait_for"]


async def wait(kit: Kit, step: Wait, run: Run) -> None:
    """Do nothing for a while."""
    with _waiting(run):
        await kit.clock.sleep_until(kit.clock.monotonic() + step.duration_s)


async def wait_for(kit: Kit, step: WaitFor, run: Run) -> None:
    """Wait for a condition to hold, or for a trigger to come so many times.

    Raises:
        StepFailed: the time is over, and the step says that this is a failure.
    """
    if step.until is not None:
        work = _until(kit, step.until, run)
    else:
        assert step.when is not None, "the model has one of the two"
        work = _times(kit, step.when, step.count)
    with _waiting(run):
        is_done = await done_within(kit.clock, work, step.timeout_s)
    if not is_done and step.on_timeout == "fail":
        raise StepFailed(
            kit.spec.id, step.path or step.kind, f"it did not come true within {format_duration(step.timeout_s)}"
        )


async def side_by_side(branches: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Perform branches at once, up to the end of the last; the first failure stops the others and is raised."""
    tasks = [asyncio.ensure_future(branch) for branch in branches]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until(kit: Kit, condition: Expression, run: Run) -> None:
    while not condition.evaluate(kit.scope(run.firing)):
        await kit.changed.wait()


async def _times(kit: Kit, trigger: Trigger, count: int) -> None:
    seen = int(isinstance(trigger, Silent) and kit.silent_for_s() >= trigger.lasts_s)  # it is that silent already
    enough = asyncio.Event()

    def watch(occasion: Occasion) -> None:
        nonlocal seen
        seen += matches(trigger, occasion)
        if seen >= count:
            enough.set()

    if seen >= count:
        return
    kit.watchers.add(watch)
    try:
        await enough.wait()
    finally:
        kit.watchers.discard(watch)


@contextmanager
def _waiting(run: Run) -> Iterator[None]:
    """Inside, stopping the run loses nothing."""
    run.waiting += 1
    try:
        yield
    finally:
        run.waiting -= 1
