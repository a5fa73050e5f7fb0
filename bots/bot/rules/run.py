"""Runs: what a rule or a timeline entry does once. A run performs steps in order and ends in one outcome.

The mode of a rule says what a second firing does while its run goes on: `single` drops it, `restart` begins
anew, `queued` waits its turn, `parallel` runs beside it.
`max` bounds how many run or wait at once with the last two, and how often the rule runs at all with the first two.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, Protocol, TypeVar

import structlog

from bots.bot.rules.facts import Firing, Occasion
from bots.bot.rules.outcome import Outcome
from bots.clock import Clock
from bots.errors import StepFailed
from bots.journal import StepPast

__all__ = ["Mode", "Rule", "Run", "RunStopped", "Runs", "StepTrace"]

Mode = Literal["single", "restart", "queued", "parallel"]

StepOutcome = Literal["finished", "failed", "stopped", "skipped", "unknown"]

AT_ONCE = 10  # queued or parallel runs of a rule that does not say its `max`

log = structlog.get_logger()


class RunStopped(Exception):
    """Raised between two steps of a run that is to stop."""


class Rule(Protocol):
    """What `Runs` must know of a rule or a timeline entry; `spec.RulePlan` is one."""

    @property
    def id(self) -> str: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def max(self) -> int | None: ...
    @property
    def cooldown_s(self) -> float: ...
    @property
    def gather_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class StepTrace:
    """One step that a run has performed: its place, kind, seconds, and how it ended."""

    step: str
    kind: str
    duration_s: float
    outcome: StepOutcome


@dataclass(slots=True)
class Run:
    """One run of a rule.

    Attributes:
        number: counts the runs of a bot, from 1.
        started_at: aware.
        planned_at: when it was due, of a timeline entry.
        is_late: it was due while the process was away, too long ago for what people hear and read at its instant.
        past: what an earlier life of the bot has done of it, by the places of steps.
        is_draining: stop before the next step.
        under_way: how many steps it performs now; more than one inside `parallel`.
        waiting: how many of them only wait.
        performed: how many steps it has begun.
        is_told: its outcome has been told.
    """

    rule_id: str
    number: int
    firing: Firing
    started_at: datetime
    planned_at: datetime | None = None
    is_late: bool = False
    past: Mapping[str, StepPast] = field(default_factory=dict)
    trace: list[StepTrace] = field(default_factory=list)
    is_draining: bool = False
    under_way: int = 0
    waiting: int = 0
    performed: int = 0
    is_told: bool = False

    @property
    def only_waits(self) -> bool:
        """Do all steps that it performs now only wait? Then stopping loses nothing."""
        return self.waiting >= self.under_way


@dataclass(slots=True)
class _State:
    """What is going on for one rule."""

    tasks: dict[asyncio.Task[None], Run] = field(default_factory=dict)
    queue: deque[tuple[int, Firing]] = field(default_factory=deque)
    started: int = 0
    gathered: list[Occasion] | None = None
    gathering: asyncio.Task[None] | None = None
    cool_until_s: float = 0.0


R = TypeVar("R", bound=Rule)


class Runs(Generic[R]):
    """All runs of one bot.

    Args:
        perform: performs the steps of a rule for a run; raises StepFailed where a step fails.
        rescue: performs the steps that the rule has for a run that failed; as `perform`.
        is_true: the rule's condition for a firing; what it raises fails the run.
        clock: for cooldowns and gathering.
        group: owns the tasks.
        name: of the bot, for the names of tasks.
        next_number: counts the runs.
        on_begin: told each run that begins; not those that go on.
        on_end: told the rule's id, the outcome and a reason (or None) of every firing, once.

    Attributes:
        on_queued: called when a firing begins to wait its turn.
    """

    def __init__(
        self,
        *,
        perform: Callable[[R, Run], Awaitable[None]],
        rescue: Callable[[R, Run], Awaitable[None]],
        is_true: Callable[[R, Firing], bool],
        clock: Clock,
        group: asyncio.TaskGroup,
        name: str,
        next_number: Callable[[], int],
        on_begin: Callable[[Run], None],
        on_end: Callable[[str, Outcome, str | None, Run | None], None],
    ) -> None:
        self._perform = perform
        self._rescue = rescue
        self._is_true = is_true
        self._clock = clock
        self._group = group
        self._name = name
        self._next_number = next_number
        self._on_begin = on_begin
        self._on_end = on_end
        self._states: dict[str, _State] = {}
        self._is_closed = False
        self.on_queued: Callable[[], None] = lambda: None

    def fire(
        self,
        rule: R,
        occasion: Occasion | None = None,
        *,
        planned_at: datetime | None = None,
        is_late: bool = False,
    ) -> None:
        """A trigger matched, or a timeline entry is due (no occasion). Never waits.

        Args:
            planned_at, is_late: see `Run`.
        """
        if self._is_closed:
            return
        state = self._states.setdefault(rule.id, _State())
        if occasion is None:
            self._start(rule, Firing(), planned_at=planned_at, is_late=is_late)
        elif rule.gather_s <= 0:
            self._start(rule, Firing((occasion,)))
        elif state.gathered is not None:
            state.gathered.append(occasion)
        else:
            state.gathered = [occasion]
            state.gathering = self._group.create_task(self._gather(rule, state), name=f"{self._name}/{rule.id}/gather")

    def restore(self, rule: R, *, started: int, last_at: datetime) -> None:
        """In an earlier life a rule has begun so many runs, the last one then: `max` and `cooldown` count on."""
        state = self._states.setdefault(rule.id, _State())
        state.started = started
        left_s = rule.cooldown_s - (self._clock.now() - last_at).total_seconds()
        state.cool_until_s = self._clock.monotonic() + left_s

    def go_on(self, rule: R, run: Run) -> None:
        """A run that was cut off goes on, whatever the rule's mode says of a second one."""
        self._begin(rule, self._states.setdefault(rule.id, _State()), run, [])

    @property
    def queued(self) -> dict[str, list[tuple[int, Firing]]]:
        """Firings that wait their turn, by rule, each with the number that its run will have."""
        return {rule: list(state.queue) for rule, state in self._states.items() if state.queue}

    def wait_on(self, rule: R, number: int, firing: Firing) -> None:
        """A firing that waited its turn in an earlier life."""
        state = self._states.setdefault(rule.id, _State())
        if state.tasks:
            state.queue.append((number, firing))
        else:
            self._admit(rule, state, firing, number=number)

    def misfire(self, rule: R, reason: str) -> None:
        """What was planned came too late."""
        self._on_end(rule.id, "misfired", reason, None)

    @property
    def running(self) -> tuple[Run, ...]:
        return tuple(run for state in self._states.values() for run in state.tasks.values())

    def close(self) -> None:
        """Take no more firings, and begin none that wait their turn."""
        self._is_closed = True

    async def drain(self, *, within_s: float, spare_since: datetime | None = None) -> None:
        """Take no more firings; let the running steps end, then stop.

        Args:
            within_s: what is still running then is cancelled.
            spare_since: runs that started then or later may do all their steps.
        """
        self.close()
        for state in self._states.values():
            state.queue.clear()
            if state.gathering is not None:
                state.gathering.cancel()
            for task, run in state.tasks.items():
                if spare_since is None or run.started_at < spare_since:
                    run.is_draining = True
                    if run.waiting and run.only_waits:
                        task.cancel()
        tasks = self._tasks()
        if tasks:
            limit = self._group.create_task(
                self._clock.sleep_until(self._clock.monotonic() + within_s), name=f"{self._name}/drain"
            )
            everything = asyncio.ensure_future(asyncio.wait(tasks))
            await asyncio.wait({limit, everything}, return_when=asyncio.FIRST_COMPLETED)
            limit.cancel()
            for task in tasks:
                task.cancel()
            await everything

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [task for state in self._states.values() for task in state.tasks]

    async def _gather(self, rule: R, state: _State) -> None:
        await self._clock.sleep_until(self._clock.monotonic() + rule.gather_s)
        occasions, state.gathered = state.gathered or [], None
        if not self._is_closed:
            self._start(rule, Firing(tuple(occasions)))

    def _start(self, rule: R, firing: Firing, *, planned_at: datetime | None = None, is_late: bool = False) -> None:
        state = self._states.setdefault(rule.id, _State())
        if self._clock.monotonic() < state.cool_until_s:
            self._on_end(rule.id, "already_running", "cooldown", None)
            return
        try:
            is_true = self._is_true(rule, firing)
        except Exception as cause:
            log.exception("run_failed", bot=self._name, rule=rule.id)
            self._on_end(rule.id, "failed", str(cause), None)
            return
        if not is_true:
            self._on_end(rule.id, "condition_false", None, None)
            return
        self._admit(rule, state, firing, planned_at=planned_at, is_late=is_late)

    def _admit(
        self,
        rule: R,
        state: _State,
        firing: Firing,
        *,
        planned_at: datetime | None = None,
        is_late: bool = False,
        number: int | None = None,
    ) -> None:
        """Start, queue or drop a firing, by the rule's mode; one that was queued has its number."""
        previous: list[asyncio.Task[None]] = []
        if rule.mode in ("single", "restart") and rule.max is not None and state.started >= rule.max:
            self._on_end(rule.id, "already_running", f"it has run {rule.max} times", None)
            return
        at_once = rule.max or AT_ONCE
        if state.tasks:
            if rule.mode == "restart":
                previous = list(state.tasks)
                for task in previous:
                    task.cancel()
            elif rule.mode == "queued" and len(state.queue) + len(state.tasks) < at_once:
                state.queue.append((self._next_number(), firing))
                self.on_queued()
                return
            elif rule.mode != "parallel" or len(state.tasks) >= at_once:
                self._on_end(rule.id, "already_running", None, None)
                return
        state.started += 1
        state.cool_until_s = self._clock.monotonic() + rule.cooldown_s
        run = Run(rule.id, number or self._next_number(), firing, self._clock.now(), planned_at, is_late)
        self._on_begin(run)
        self._begin(rule, state, run, previous)

    def _begin(self, rule: R, state: _State, run: Run, previous: list[asyncio.Task[None]]) -> None:
        task = self._group.create_task(self._run(rule, run, previous), name=f"{self._name}/{rule.id}/{run.number}")
        state.tasks[task] = run
        task.add_done_callback(lambda done: self._settle(rule, state, done))

    async def _run(self, rule: R, run: Run, previous: list[asyncio.Task[None]]) -> None:
        """Perform one run; its outcome is told whatever happens."""
        outcome: Outcome = "failed"
        reason: str | None = None
        try:
            if previous:
                await asyncio.wait(previous)
            reason = await self._fault_of(rule, self._perform(rule, run))
            if reason is None:
                outcome = "finished"
            else:
                await self._fault_of(rule, self._rescue(rule, run))
        except (asyncio.CancelledError, RunStopped) as stop:
            outcome = "stopped" if reason is None else "failed"
            if isinstance(stop, asyncio.CancelledError):
                raise
        finally:
            self._tell_end(rule, run, outcome, reason)

    def _tell_end(self, rule: R, run: Run, outcome: Outcome, reason: str | None) -> None:
        run.is_told = True
        self._on_end(rule.id, outcome, reason, run)

    async def _fault_of(self, rule: R, steps: Awaitable[None]) -> str | None:
        """Await steps; why they failed, if they did."""
        try:
            await steps
        except (asyncio.CancelledError, RunStopped):
            raise
        except StepFailed as failure:
            return str(failure)
        except Exception as bug:  # the border of a run: a fault of ours ends the run, not the bot
            log.exception("run_failed", bot=self._name, rule=rule.id)
            return f"{type(bug).__name__}: {bug}"
        return None

    def _settle(self, rule: R, state: _State, task: asyncio.Task[None]) -> None:
        run = state.tasks.pop(task)
        if not run.is_told:  # it was stopped in the instant in which it was begun, before its first line ran
            self._tell_end(rule, run, "stopped", None)
        if state.queue and not state.tasks and not self._is_closed:
            number, firing = state.queue.popleft()
            self._admit(rule, state, firing, number=number)
