"""One bot in a fake room on a fake clock, for the tests of this folder."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import TypeAdapter

from bots.bot import Bot, BotEvent, BotSpec, ClipPlay, Provider, RulePlan, sound_key
from bots.errors import BotsError
from bots.playbook import Expression, Play, Rule, Step, every_step
from bots.room import Participant
from tests.fakes.clock import FakeAlarms, FakeClock
from tests.fakes.diary import FakeDiary
from tests.fakes.room import FakeDoor, FakeRoom, load_fake

__all__ = ["ANA", "LUIS", "TEACHER", "Stage", "on_stage", "rule", "spec_of", "steps_of", "timeline"]

ANA = Participant(client_id="c-ana", name="Ana")
LUIS = Participant(client_id="c-luis", name="Luis")
TEACHER = Participant(client_id="c-teacher", name="Ms Vega", role="moderator")

_STEPS: TypeAdapter[tuple[Step, ...]] = TypeAdapter(tuple[Step, ...])
_RULE = TypeAdapter(Rule)
E = TypeVar("E")


def steps_of(steps: Sequence[Any]) -> tuple[Step, ...]:
    return _STEPS.validate_python(list(steps))


def rule(when: Any, *steps: Any, **settings: Any) -> RulePlan:
    """A rule from values shaped like the YAML."""
    read = _RULE.validate_python({"when": when, "do": list(steps)})
    condition = settings.pop("condition", None)
    return RulePlan(
        id=settings.pop("id", "rule"),
        steps=read.steps,
        trigger=read.when,
        condition=None if condition is None else Expression(condition),
        **settings,
    )


def timeline(after_s: float, *steps: Any, label: str = "", if_fails: Sequence[Any] = ()) -> RulePlan:
    """A timeline entry, seconds after the start of the session."""
    at = FakeClock().now() + timedelta(seconds=after_s)
    return RulePlan(id=label or f"at {after_s}", steps=steps_of(steps), if_fails=steps_of(if_fails), at=at)


def spec_of(**values: Any) -> BotSpec:
    """A participant bot in a session of ten minutes that starts now."""
    now = FakeClock().now()
    spec = BotSpec(
        id="helper",
        number=1,
        name="Class helper",
        role="participant",
        session="demo/lesson@2026-03-30T08:00Z",
        provider=Provider("http://127.0.0.1:1", "app", "key"),
        room_id="main",
        arrives_at=now,
        starts_at=now,
        ends_at=now + timedelta(minutes=10),
        seed="7/helper",
        bot_ids=("helper", "pupil-01", "pupil-02"),
    )
    spec = replace(spec, **values)
    plays = [
        step
        for entry in (*spec.timeline, *spec.rules)
        for step in every_step((*entry.steps, *entry.if_fails), spec.steps)
        if isinstance(step, Play)
    ]
    sounds = {sound_key(play): ClipPlay(name=play.file, path=play.file, is_looped=bool(play.loop)) for play in plays}
    return replace(spec, sounds=sounds)


class _AtOnce(ThreadPoolExecutor):
    """Does what is meant for a thread before anything else, so that a test need not wait for it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever awaits the work
            done.set_exception(error)
        return done


class Stage:
    """The bot, its room, its clock, and what it told its fleet."""

    def __init__(
        self,
        spec: BotSpec,
        *others: Participant,
        refusals: Sequence[BotsError] = (),
        clock: FakeClock | None = None,
        diary: FakeDiary | None = None,
    ) -> None:
        asyncio.get_running_loop().set_default_executor(_AtOnce())
        self.clock = clock or FakeClock()
        self.diary = diary or FakeDiary()
        self.alarms = FakeAlarms(self.clock)
        self.door = FakeDoor(self.clock, *others, refusals=refusals)
        self.events: list[BotEvent] = []
        self.bot = Bot(
            spec, clock=self.clock, alarms=self.alarms, join=self.door, load=load_fake, emit=self.events.append,
            diary=self.diary,
        )  # fmt: skip
        self.life = asyncio.create_task(self.bot.run())

    @property
    def room(self) -> FakeRoom:
        return self.door.room

    def told(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def kill(self) -> FakeDiary:
        """Cut the bot's life short; what its next life finds."""
        diary = self.diary.killed()
        self.life.cancel()
        await asyncio.gather(self.life, return_exceptions=True)
        await self.alarms.stop()
        return diary

    async def pass_s(self, seconds: float = 0.0) -> None:
        await self.clock.advance(seconds)


@asynccontextmanager
async def on_stage(
    spec: BotSpec,
    *others: Participant,
    refusals: Sequence[BotsError] = (),
    clock: FakeClock | None = None,
    diary: FakeDiary | None = None,
) -> AsyncIterator[Stage]:
    """The bot has joined, unless it arrives later; at the end its life is over."""
    stage = Stage(spec, *others, refusals=refusals, clock=clock, diary=diary)
    await stage.pass_s()
    try:
        yield stage
    finally:
        for _ in range(4):
            if not stage.life.done():
                await stage.pass_s(300)
        stage.life.cancel()
        await asyncio.gather(stage.life, return_exceptions=True)
        await stage.alarms.stop()
