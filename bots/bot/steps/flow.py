"""Steps about time: wait, wait_for, repeat, parallel."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from bots.bot.rules.facts import Occasion
from bots.bot.rules.run import Run, RunStopped
from bots.bot.rules.triggers import matches
from bots.bot.steps.begun import Begun
from bots.bot.steps.kit import Kit
from bots.bot.waiting import done_within
from bots.errors import StepFailed
from bots.playbook import Expression, Offset, Repeat, Silent, Trigger, Wait, WaitFor, format_duration
from bots.schedule import PUNCTUAL, is_misfired

__all__ = ["repeat", "side_by_side", "wait", "wait_for"]


async def wait(kit: Kit, step: Wait, run: Run, begun: Begun) -> None:
    """Do nothing for a while; one that was begun in an earlier life ends when it would have ended."""
    left_s = step.duration_s - _passed_s(kit, begun)
    run.is_late = is_misfired(kit.clock.now() + timedelta(seconds=left_s), kit.clock.now())
    with _waiting(run):
        await kit.clock.sleep_until(kit.clock.monotonic() + left_s)


async def wait_for(kit: Kit, step: WaitFor, run: Run, begun: Begun) -> None:
    """Wait for a condition to hold, or for a trigger to come so many times.

    Raises:
        StepFailed: the time is over, and the step says that this is a failure.
    """
    if step.until is not None:
        work = _until(kit, step.until, run)
    else:
        assert step.when is not None, "the model has one of the two"
        work = _times(kit, step.when, step.count, begun)
    run.is_late = False
    with _waiting(run):
        is_done = await done_within(kit.clock, work, step.timeout_s - _passed_s(kit, begun))
    if not is_done and step.on_timeout == "fail":
        raise StepFailed(
            kit.spec.id, step.path or step.kind, f"it did not come true within {format_duration(step.timeout_s)}"
        )


async def repeat(
    kit: Kit, step: Repeat, run: Run, begun: Begun, perform: Callable[[int], Awaitable[None]]
) -> None:  # fmt: skip
    """Do rounds until there were enough, the moment has come, or the condition holds.

    Rounds begin at absolute instants, `every` after each other; one that lasts longer is followed at once. One that was
    begun in an earlier life is done to its end.

    Args:
        perform: the round of this number, from 0.
    """
    began_s = kit.clock.monotonic()
    origin_s = began_s - _passed_s(kit, begun)
    rounds = going_on = begun.detail["round"] if begun.detail is not None else None
    rounds = rounds or 0
    end_s = _end_s(kit, step.until) if isinstance(step.until, Offset) else None
    while step.times is None or rounds < step.times:
        if rounds != going_on:
            at_s = origin_s + rounds * (step.every_s or 0.0)
            if rounds and not await _next_round(kit, step, run, at_s, end_s):
                return
            if _is_over(kit, step, run, end_s):
                return
            begun.note({"round": rounds})
            run.is_late = step.every_s is not None and began_s - at_s > PUNCTUAL.total_seconds()  # nobody ran it then
        await perform(rounds)
        rounds += 1


def _passed_s(kit: Kit, begun: Begun) -> float:
    """How long ago an earlier life began this step; 0 if it begins now."""
    return max(0.0, (kit.clock.now() - begun.since).total_seconds()) if begun.is_again else 0.0


def _end_s(kit: Kit, moment: Offset) -> float:
    """The moment, as seconds of the clock that only goes forward."""
    return kit.clock.monotonic() + (kit.spec.moments[str(moment)] - kit.clock.now()).total_seconds()


def _is_over(kit: Kit, step: Repeat, run: Run, end_s: float | None) -> bool:
    if isinstance(step.until, Expression):
        return step.until.evaluate(kit.scope(run.firing))
    return end_s is not None and kit.clock.monotonic() >= end_s


async def _next_round(kit: Kit, step: Repeat, run: Run, at_s: float, end_s: float | None) -> bool:
    """Wait for the instant of the next round; False if the moment comes, or the condition holds, before it."""
    if end_s is not None and at_s >= end_s:
        return False
    if at_s <= kit.clock.monotonic():
        return True
    with _waiting(run):
        if not isinstance(step.until, Expression):
            await kit.clock.sleep_until(at_s)
            return True
        return not await done_within(kit.clock, _until(kit, step.until, run), at_s - kit.clock.monotonic())


async def side_by_side(branches: Sequence[Coroutine[Any, Any, None]], run: Run) -> None:
    """Perform branches at once, up to the end of the last; the first failure stops the others and is raised.

    Where the run is to stop, each branch ends the step that it is at; those that only wait are not waited for.
    """
    tasks = [asyncio.ensure_future(branch) for branch in branches]
    going_on, stopped = set(tasks), False
    try:
        while going_on and not (stopped and run.only_waits):
            done, going_on = await asyncio.wait(going_on, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                try:
                    task.result()
                except RunStopped:
                    stopped = True
        if stopped:
            raise RunStopped
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until(kit: Kit, condition: Expression, run: Run) -> None:
    while not condition.evaluate(kit.scope(run.firing)):
        await kit.changed.wait()


async def _times(kit: Kit, trigger: Trigger, count: int, begun: Begun) -> None:
    seen = 0 if begun.detail is None else int(begun.detail["seen"])
    seen += isinstance(trigger, Silent) and kit.silent_for_s() >= trigger.lasts_s  # it is that silent already
    enough = asyncio.Event()

    def watch(occasion: Occasion) -> None:
        nonlocal seen
        if not matches(trigger, occasion):
            return
        seen += 1
        begun.note({"seen": seen})
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
