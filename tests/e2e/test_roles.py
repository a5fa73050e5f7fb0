"""Roles in breakouts, live on the embedded room server."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bots.room import Joinee, ServerApi, StreamInfo
from tests.e2e.guest import Guest, until
from tests.e2e.program import Program, Provider, room_server

LESSON = """\
playbook: 1
name: Roles
room: {id: "${ROOM}"}
schedule: [{length: 45s}]
rotations:
  talk: {rooms: 1, rounds: 1, round_length: 35s, no_show: {after: 20s}}
bots:
  helper: {role: moderator, timeline: [{at: start + 4s, do: [{rotate: talk}]}]}
  pupil: {count: 2, invites: [{role: moderator}]}
"""
SETTINGS = {"mode": "group", "moderators": 3, "participants": 9, "max_active_talkers": 6}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with room_server(tmp_path_factory.mktemp("room")) as (_, provider):
        yield provider


async def test_pupil_bots_are_participants_inside_and_a_person_who_is_not_is_told_to_the_teacher(
    tmp_path: Path, server: Provider
) -> None:
    (tmp_path / "roles.yaml").write_text(LESSON, encoding="utf-8")
    async with ServerApi(server.api_url, server.app_id, server.app_key) as api:
        room_id = await api.create_room({"name": "Class", "owner_ref": "t", "settings": SETTINGS})
        program = Program(
            "run", str(tmp_path / "roles.yaml"), "--log-format", "json", folder=tmp_path,
            environment={**server.environment, "ROOM": room_id},
        )  # fmt: skip
        try:
            async with (
                Guest.join(api, room_id, "Vega", role="moderator", listen=False) as vega,
                Guest.join(api, room_id, "Eva", listen=False) as eva,
            ):
                await until("Eva is invited", lambda: bool(eva.room.invites), limit_s=40)
                breakout_id = next(iter(eva.room.invites))
                inside = await eva.room.join_breakout(Joinee(room_id=breakout_id, role="moderator"), StreamInfo())
                await until("the pupils are inside, too", lambda: len(inside.participants) == 3, limit_s=40)
                roles = {one.user_ref: one.role for one in inside.participants.values()}
                assert {"person-eva": "moderator", "pupil-01": "participant", "pupil-02": "participant"} == roles
                await until("Vega is told", lambda: vega.chat == ["Eva is a moderator in Group 1 and should not be."])
            ended = await asyncio.to_thread(program.end, limit_s=90)
        finally:
            program.close()
    assert 0 == ended.code
    assert ["pupil-01", "pupil-02"] == sorted(event["bot"] for event in ended.events("role_lowered"))
    assert ["Group 1"] == [event["breakout"] for event in ended.events("role_deviated")]
