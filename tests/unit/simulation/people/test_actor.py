"""People with hands: they come, write, talk, lose the network, go along or not, and teach."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from bots.log import configure
from bots.playbook import Playbook, load
from bots.simulation import Actor, ChatLine, Scene, Stage, scenario_of

TEXT = """\
playbook: 1
name: Lesson
room: {id: main}
schedule: [{length: 60s}]
bots:
  helper:
    role: participant
    invites: [{from: start, until: end}]
    rules: [{when: {chat: "!help"}, do: [{say: {text: "Yes?", to: person}}]}]
"""


def playbook(folder: Path) -> Playbook:
    (folder / "lesson.yaml").write_text(TEXT)
    return load(str(folder / "lesson.yaml"), environment={}, inputs={})


class Seen:
    """What is noted while a test directs."""

    def __init__(self) -> None:
        self.places: list[dict[str, str]] = []
        self.lines: list[ChatLine] = []

    def look(self, stage: Stage) -> dict[str, str]:
        names = {stage.scene.room_id: "parent", **stage.scene.names}
        places = stage.scene.rooms.places(stage.scene.room_id)
        return {who: names.get(room, "?") for who, room in sorted(places.items())}


def directed(folder: Path, act: Callable[[Stage, Scene, Seen], Awaitable[None]]) -> tuple[Seen, list[dict[str, Any]]]:
    """Play a session in which `act` moves people; what it noted, and the log."""
    scenario, seen, out = scenario_of(playbook(folder)), Seen(), StringIO()

    async def direct(stage: Stage) -> None:
        await asyncio.sleep(10)
        await act(stage, stage.scene, seen)
        seen.lines = list(stage.scene.rooms.ears.lines)

    configure("json", out, now=scenario.clock.now)
    try:
        scenario.run(direct)
    finally:
        configure("json", sys.stderr)
    return seen, [json.loads(line) for line in out.getvalue().splitlines()]


def test_who_comes_writes_and_goes_is_seen_and_a_private_answer_has_one_reader(tmp_path: Path) -> None:
    async def act(stage: Stage, scene: Scene, seen: Seen) -> None:
        ana, ben = (Actor(scene, who.casefold(), name=who) for who in ("Ana", "Ben"))
        await ana.come()
        await ben.come()
        await ana.write("!help")
        await asyncio.sleep(1)
        seen.places.append(seen.look(stage))
        await ana.go()
        await asyncio.sleep(1)
        seen.places.append(seen.look(stage))
        await ben.stop()

    seen, _ = directed(tmp_path, act)
    everybody = {"ana": "parent", "ben": "parent", "helper": "parent"}
    assert [everybody, {"ben": "parent", "helper": "parent"}] == seen.places
    assert [("ana", "!help", {"helper", "ben"}), ("helper", "Yes?", {"ana"})] == [
        (line.who, line.text, set(line.readers)) for line in seen.lines
    ]


def test_a_teacher_opens_breakouts_invites_and_closes_them(tmp_path: Path) -> None:
    async def act(stage: Stage, scene: Scene, seen: Seen) -> None:
        teacher = Actor(scene, "teacher", name="Ms Vega", role="moderator")
        ana = Actor(scene, "ana", name="Ana")
        ben = Actor(scene, "ben", name="Ben", invites="reject")
        for one in (teacher, ana, ben):
            await one.come()
        await teacher.open(["red"], capacity=4)
        await teacher.invite(None, "red")
        await asyncio.sleep(5)
        seen.places.append(seen.look(stage))
        await teacher.close()
        await asyncio.sleep(2)
        seen.places.append(seen.look(stage))
        for one in (teacher, ana, ben):
            await one.stop()

    seen, log = directed(tmp_path, act)
    assert {"ana": "red", "ben": "parent", "helper": "red", "teacher": "parent"} == seen.places[0]
    assert {"parent"} == set(seen.places[1].values())
    assert "refuses an invite" in [one["act"] for one in log if one["event"] == "person_acted"]


def test_who_drops_out_is_gone_and_can_come_again(tmp_path: Path) -> None:
    async def act(stage: Stage, scene: Scene, seen: Seen) -> None:
        ana = Actor(scene, "ana", name="Ana")
        await ana.come()
        await ana.drop_out()
        await asyncio.sleep(1)
        seen.places.append(seen.look(stage))
        await ana.come("comes back")
        await asyncio.sleep(1)
        seen.places.append(seen.look(stage))
        await ana.stop()

    seen, _ = directed(tmp_path, act)
    assert [False, True] == ["ana" in places for places in seen.places]


def test_who_talks_sounds_for_that_long(tmp_path: Path) -> None:
    async def act(stage: Stage, scene: Scene, seen: Seen) -> None:
        del stage, seen
        ana = Actor(scene, "ana", name="Ana")
        await ana.come()
        since = scene.clock.now()
        await ana.talk(3)
        assert scene.rooms.voices.was_heard("ana", scene.room_id, since)
        await ana.stop()

    directed(tmp_path, act)


def test_a_director_whose_work_fails_ends_the_session_with_its_error(tmp_path: Path) -> None:
    async def act(stage: Stage, scene: Scene, seen: Seen) -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        directed(tmp_path, act)
