"""`bots doctor` as its users start it: the room server is as it should be, or is not, or is not there."""

import json
import socket
from pathlib import Path

import httpx
import pytest

from bots.bot import Provider as NamedProvider
from bots.cli.doctor.live import examine_room, report_of
from bots.clock import SystemClock
from bots.errors import JoinRefused
from bots.media import Pacer
from bots.room import Room, RoomRecord, ServerApi
from bots.server import RoomServer
from tests.e2e.program import PLAYBOOKS, Ended, Program, Provider, room_server


def doctor(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> Ended:
    program = Program(
        "doctor", *arguments, folder=folder, environment={"XDG_STATE_HOME": str(folder / "state")} | (environment or {})
    )
    try:
        return program.end(limit_s=120)
    finally:
        program.close()


def named(server: RoomServer) -> NamedProvider:
    return NamedProvider(server.api_url, server.app_id, server.app_key)


def test_the_embedded_server_is_as_the_reference_says(tmp_path: Path) -> None:
    with room_server(tmp_path) as (_, provider):
        ended = doctor(tmp_path, "--live", "--json", environment=provider.environment)
        assert 0 == ended.code, ended.err
        report = json.loads(ended.out)
        assert [] == [one for one in report["findings"] if one["verdict"] != "same"]
        assert report["same"] >= 70
        for secret in (provider.app_key, provider.app_id, '"claim"'):
            assert secret not in ended.out
        assert "" == left_behind(provider)


def left_behind(provider: Provider) -> str:
    """The rooms that are there."""
    reply = httpx.get(f"{provider.api_url}/rooms", auth=(provider.app_id, provider.app_key))
    return ", ".join(one["room_id"] for one in reply.json().get("rooms", []))


async def test_what_a_server_does_otherwise_stands_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.server.breakouts.NO_TOKEN", 1777)
    async with RoomServer() as server:
        visit = await examine_room(named(server), "")
        report = report_of(visit, named(server))
    differing = [one for one in report["findings"] if one["verdict"] == "differs"]
    assert {"breakouts.md 10", "breakouts.md 13"} == {one["section"] for one in differing}
    assert 3 == len(differing)
    assert all("1729" in one["expected"] and "1777" in one["seen"] for one in differing)
    text = visit.found.text()
    assert "differs from the reference: 3" in text
    assert "seen:     join-breakout-room {result: 1777, msg: 'There is no such breakout room.'" in text


async def test_what_cannot_be_tried_is_told_and_the_rest_is_looked_at() -> None:
    async with RoomServer() as server:
        server.breakouts.fail_tokens = True
        visit = await examine_room(named(server), "")
    assert ["breakout rooms, or a part of it"] == [one.about for one in visit.found.of("unseen")]
    assert "a goodbye is answered" in [one.about for one in visit.found.of("same")]


async def test_a_room_with_somebody_in_it_is_left_alone() -> None:
    clock = SystemClock()
    async with RoomServer() as server, ServerApi(server.api_url, server.app_id, server.app_key) as api:
        body = {"name": "Lesson", "owner_ref": "t", "settings": {"participants": 4, "moderators": 2}}
        room_id = await api.create_room(body)
        token = await api.fetch_token(room_id, name="Ana", role="participant", user_ref="ana")
        ana = await Room.join(token, clock=clock, pacer=Pacer(clock), publish=False)
        with pytest.raises(JoinRefused, match="1 are in it now"):
            await examine_room(named(server), room_id)
        await ana.leave()
        visit = await examine_room(named(server), room_id)
        assert not visit.is_own
        assert [] == visit.found.of("unseen")
        assert isinstance(await api.get_room(room_id), RoomRecord), "a room that was given stays"


def test_wrong_credentials_and_a_dead_server_have_their_exit_codes(tmp_path: Path) -> None:
    with room_server(tmp_path) as (_, provider):
        wrong = provider.environment | {"BOTS_APP_KEY": "not-this-one"}
        for arguments in (("--live",), ()):
            ended = doctor(tmp_path, *arguments, environment=wrong)
            assert 4 == ended.code
            assert "check BOTS_APP_ID and BOTS_APP_KEY" in ended.out + ended.err
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        dead = {"BOTS_API_URL": f"http://127.0.0.1:{taken.getsockname()[1]}/video/v2", "BOTS_APP_ID": "a"}
        for arguments in (("--live",), ()):
            ended = doctor(tmp_path, *arguments, environment=dead | {"BOTS_APP_KEY": "k"})
            assert 5 == ended.code
            assert "no Server API answers" in ended.out + ended.err


def test_without_an_environment_the_machine_is_looked_at_and_a_room_is_asked_for(tmp_path: Path) -> None:
    ended = doctor(tmp_path, "--json")
    assert 0 == ended.code, ended.out
    checks = {one["about"]: one for one in json.loads(ended.out)["checks"]}
    assert {"python", "event loop", "time zones", "codecs", "udp", "journal", "room server"} == set(checks)
    assert all(one["is_well"] for one in checks.values())
    live = doctor(tmp_path, "--live")
    assert 4 == live.code
    assert "set BOTS_API_URL, BOTS_APP_ID, BOTS_APP_KEY" in live.err


def test_a_journal_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    ended = doctor(tmp_path, environment={"XDG_STATE_HOME": str(tmp_path / "file")})
    assert 4 == ended.code
    assert "BAD  journal" in ended.out


def test_a_room_that_does_not_hold_the_playbook_is_told(tmp_path: Path) -> None:
    with room_server(tmp_path) as (_, provider):
        seen = {}
        for talkers in (3, 8):
            settings = {"max_active_talkers": talkers, "participants": 30, "moderators": 2}
            body = {"name": "Lesson", "owner_ref": "t", "settings": settings}
            reply = httpx.post(f"{provider.api_url}/rooms", json=body, auth=(provider.app_id, provider.app_key))
            environment = provider.environment | {"ROOM": reply.json()["room"]["room_id"]}
            seen[talkers] = doctor(tmp_path, str(PLAYBOOKS / "mix.yaml"), environment=environment)
    assert 4 == seen[3].code
    assert "groups of 4 do not fit: a breakout room takes max_active_talkers - 1 = 2 people" in seen[3].out
    assert 0 == seen[8].code, seen[8].out
    assert "ok   room         the room holds the playbook" in seen[8].out


def test_a_playbook_with_errors_is_not_as_it_should_be(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("playbook: 1\nname: x\nbotz: {}\n")
    ended = doctor(tmp_path, str(file))
    assert 3 == ended.code
    assert "unknown-key" in ended.out
