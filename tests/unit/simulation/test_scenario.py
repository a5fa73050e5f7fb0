"""Whole sessions in virtual time: the same every time, without a look at the machine's clock."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import pytest

import bots
from bots.cli.run import sounds_of
from bots.errors import ConfigError
from bots.fleet import SessionResult
from bots.log import configure
from bots.playbook import Playbook, load
from bots.simulation import Clips, Habits, Stage, scenario_of

PLAYBOOKS = Path(bots.__file__).parent.parent / "playbooks"
LESSONS = sorted(path for path in PLAYBOOKS.glob("*.yaml") if ".test" not in path.suffixes)


def playbook(name: str) -> Playbook:
    return load(str(PLAYBOOKS / f"{name}.yaml"), environment={"ROOM": "simulated-room"}, inputs={})


def simulate(
    name: str,
    *,
    seed: int | None = None,
    people: int = 0,
    direct: Callable[[Stage], Coroutine[Any, Any, None]] | None = None,
) -> tuple[SessionResult, str]:
    """The result, and the log as JSON lines."""
    scenario = scenario_of(playbook(name), habits=Habits(people=people, drop=0.2), seed=seed)
    out = StringIO()
    configure("json", out, now=scenario.clock.now)
    try:
        return scenario.run(direct), out.getvalue()
    finally:
        configure("json", sys.stderr)


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_playbook_simulates_with_its_expectations_met(path: Path) -> None:
    result, log = simulate(path.stem)
    assert "finished" == result.outcome
    assert result.joined_all
    assert result.expect_met
    assert () == result.errors
    assert "session_finished" == events(log)[-1]["event"]


@pytest.mark.parametrize("name", ["demo", "classroom"])
def test_one_seed_gives_the_same_trace_to_the_byte_and_another_does_not(name: str) -> None:
    first, again, other = (simulate(name, seed=seed, people=6)[1] for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_who_only_looks_on_changes_nothing() -> None:
    async def look(stage: Stage) -> None:
        while not stage.over.is_set():
            assert stage.scene.rooms.places(stage.scene.room_id) is not None
            await asyncio.sleep(0.25)

    alone, watched = (simulate("rotation-rehearsal", people=5, direct=direct)[1] for direct in (None, look))
    end = alone.index('"expectation_judged"') - 80  # the verdict waits for whoever looks on
    assert alone[:end] == watched[:end]


def test_the_planned_instants_are_kept_to_the_millisecond() -> None:
    scenario = scenario_of(playbook("demo"))
    _, log = simulate("demo")
    fired = {one["rule"]: one["timestamp"] for one in events(log) if one["event"] == "rule_fired"}
    for seconds in (8, 24, 29):
        at = scenario.times.starts_at + timedelta(seconds=seconds)
        assert at == datetime.fromisoformat(fired[f"at start + {seconds}s"])


def test_people_come_write_drop_out_and_follow_invites() -> None:
    result, log = simulate("classroom", people=30)
    acts = {one["act"] for one in events(log) if one["event"] == "person_acted"}
    assert {"comes", "comes late", "writes", "drops out", "comes back", "follows an invite"} <= acts
    assert 0 == result.counts["errors"]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_people_who_drop_out_come_late_and_refuse_break_no_bot(path: Path, seed: int) -> None:
    habits = Habits(people=3, late=0.4, drop=0.6, ignore_invites=0.2)
    scenario = scenario_of(playbook(path.stem), habits=habits, seed=seed)
    out = StringIO()
    configure("json", out, now=scenario.clock.now)
    try:
        result = scenario.run()
    finally:
        configure("json", sys.stderr)
    assert ("finished", (), 0) == (result.outcome, result.errors, result.counts["errors"])
    told = [event["event"] for event in events(out.getvalue()) if event["level"] in ("warning", "error")]
    wanted = (
        {"connection_lost", "invite_expired"} if path.stem == "rotation-rehearsal" else set()
    )  # it lets pupils drop
    assert set() == set(told) - wanted


def test_an_unknown_session_is_refused() -> None:
    with pytest.raises(ConfigError, match="lesson"):
        scenario_of(playbook("demo"), session_id="exam")


def test_nothing_of_ours_reads_the_machines_clock() -> None:
    chosen, clips = playbook("demo"), Clips()
    for sound in sounds_of(chosen):
        asyncio.run(clips.load(sound.path))  # PyAV reads a clock when it opens a file
    scenario = scenario_of(chosen, habits=Habits(people=3, drop=0), clips=clips)
    configure("json", StringIO(), now=scenario.clock.now)
    try:
        with no_real_clock():
            with pytest.raises(AssertionError, match="real clock"):
                sys.modules["bots.clock"].SystemClock().now()
            result = scenario.run()
    finally:
        configure("json", sys.stderr)
    assert "finished" == result.outcome
    assert result.expect_met


OURS = ("bots", "apscheduler")


class _AnyDatetime(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


def _refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("a simulation reads the real clock")


class _NoNow(datetime, metaclass=_AnyDatetime):
    now: Any = classmethod(_refuse)
    utcnow: Any = classmethod(_refuse)
    today: Any = classmethod(_refuse)


@contextmanager
def no_real_clock() -> Iterator[None]:
    """In every module of ours and of APScheduler `datetime.now`, `time.time` and `time.monotonic` raise."""
    patch = pytest.MonkeyPatch()
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in OURS and getattr(module, "datetime", None) is datetime:
            patch.setattr(module, "datetime", _NoNow)
    for function in ("time", "monotonic", "perf_counter"):
        patch.setattr(time, function, _guarded(getattr(time, function)))
    try:
        yield
    finally:
        patch.undo()


def _guarded(real: Callable[[], float]) -> Callable[[], float]:
    def guarded() -> float:
        caller = str(sys._getframe(1).f_globals.get("__name__", ""))
        return _refuse() if caller.split(".", maxsplit=1)[0] in OURS else real()

    return guarded
