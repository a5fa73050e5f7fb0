"""Plays a lesson in virtual time, and looks at the server's rooms all the while."""

import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from bench.lessons.make import Lesson
from bots.fleet import SessionResult
from bots.log import configure
from bots.simulation import Actor, Stage, scenario_of

__all__ = ["EVERY_S", "Seen", "play"]

EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """What could be seen of a lesson.

    Attributes:
        lines: of the log.
        places: every half second, who is in which room: by the rules of the server, not by any bot. While nothing
            changes, it is one and the same mapping.
        main_id: of the parent room.
        files: what was saved, by name.
        error: what broke off the simulation.
    """

    result: SessionResult | None
    lines: list[dict[str, Any]]
    places: list[tuple[datetime, dict[str, str]]]
    main_id: str
    files: dict[str, Any]
    error: str = ""


def play(lesson: Lesson) -> Seen:
    """The lesson from its first arrival to its end."""
    places: list[tuple[datetime, dict[str, str]]] = []
    main: list[str] = []

    async def direct(stage: Stage) -> None:
        main.append(stage.scene.room_id)
        loop = asyncio.get_running_loop()

        def look() -> None:
            now = stage.scene.rooms.places(stage.scene.room_id)
            is_same = bool(places) and places[-1][1] == now
            places.append((stage.scene.clock.now(), places[-1][1] if is_same else now))
            if not stage.over.is_set():
                loop.call_later(EVERY_S, look)

        teacher = asyncio.create_task(_teach(stage, lesson))
        look()
        await stage.over.wait()
        teacher.cancel()
        await asyncio.gather(teacher, return_exceptions=True)

    out, result, error = StringIO(), None, ""
    with tempfile.TemporaryDirectory() as folder:
        scenario = scenario_of(lesson.playbook, habits=lesson.habits, report_folder=folder)
        configure("json", out, now=scenario.clock.now)
        try:
            result = scenario.run(direct)
        except Exception as failure:  # noqa: BLE001 -- it is what the bench looks for
            error = f"{type(failure).__name__}: {failure}"
        finally:
            configure("json", sys.stderr)
        files = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in Path(folder).glob("*.json")}
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    return Seen(result, lines, places, main[0] if main else "", files, error)


async def _teach(stage: Stage, lesson: Lesson) -> None:
    if not lesson.acts:
        return
    teacher = Actor(stage.scene, "teacher", name="Ms Vega", role="moderator")
    await _until(stage, 1.0)
    await teacher.come()
    try:
        for at_s, line in lesson.acts:
            await _until(stage, at_s)
            await teacher.unless_refused(teacher.write(line))
        await stage.over.wait()
    finally:
        await teacher.stop()


async def _until(stage: Stage, after_start_s: float) -> None:
    passed_s = (stage.scene.clock.now() - stage.times.starts_at).total_seconds()
    await asyncio.sleep(max(0.0, after_start_s - passed_s))
