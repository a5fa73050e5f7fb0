"""Roles in the breakouts of a rotation, simulated: the real engine and the room server's own rules."""

import asyncio
import sys
from io import StringIO
from json import loads
from typing import Any

from bots.log import configure
from bots.playbook import read
from bots.room import BreakoutInvite, ChatReceived, Joinee, Room, RoomEvent, StreamInfo
from bots.simulation import Stage, scenario_of

PLAYBOOK = """\
playbook: 1
name: Roles
room: {create: {name: Class, moderators: 3, participants: 9}}
schedule: [{length: 90s}]
rotations:
  talk: {rooms: 1, rounds: 1, round_length: 60s}
bots:
  helper: {role: moderator, timeline: [{at: start + 5s, do: [{rotate: talk}]}]}
  pupil: {count: 2, invites: [{role: moderator}]}
"""


class Human:
    """Somebody in the room who does what the test says."""

    def __init__(self, stage: Stage) -> None:
        self._scene = stage.scene
        self.events: list[RoomEvent] = []

    async def join(self, name: str, role: str) -> Room:
        scene = self._scene
        token = scene.rooms.token(scene.room_id, name=name, role=role, user_ref=name.lower())
        return await Room.join_over(scene.rooms.network(), token, clock=scene.clock, on_event=self.events.append)

    async def saw(self, kind: type[RoomEvent]) -> Any:
        for _ in range(600):
            if found := [event for event in self.events if isinstance(event, kind)]:
                return found[0]
            await asyncio.sleep(0.1)
        raise AssertionError(f"no {kind.__name__} in a minute")


def test_bots_are_participants_inside_and_a_person_who_is_not_is_told_to_the_teacher() -> None:
    seen: dict[str, Any] = {}

    async def direct(stage: Stage) -> None:
        eva, teacher = Human(stage), Human(stage)
        await asyncio.sleep(6)
        hers, other = await eva.join("Eva", "participant"), await teacher.join("Vega", "moderator")
        invite = await eva.saw(BreakoutInvite)
        inside = await hers.join_breakout(Joinee(room_id=invite.room_id, role="moderator"), StreamInfo())
        seen["line"] = (await teacher.saw(ChatReceived)).text
        seen["roles"] = {one.user_ref: one.role for one in inside.participants.values()}
        await stage.over.wait()
        await asyncio.gather(hers.leave(), other.leave())

    scenario, out = scenario_of(read(PLAYBOOK)), StringIO()
    configure("json", out, now=scenario.clock.now)
    try:
        scenario.run(direct)
    finally:
        configure("json", sys.stderr)
    lines = [loads(line) for line in out.getvalue().splitlines()]
    assert {"eva": "moderator", "pupil-01": "participant", "pupil-02": "participant"} == seen["roles"]
    assert "Eva is a moderator in Group 1 and should not be." == seen["line"]
    assert ["pupil-01", "pupil-02"] == sorted(line["bot"] for line in lines if line["event"] == "role_lowered")
    assert [("helper", "Group 1")] == [
        (line["bot"], line["breakout"]) for line in lines if line["event"] == "role_deviated"
    ]
