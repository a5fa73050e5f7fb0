"""A whole run, with every event, trace, report and journal: no secret is in anything that was written."""

import asyncio
import base64
import random
import wave
from pathlib import Path

import httpx

from bots.room import ServerApi
from tests.e2e.program import Program, room_server

APP_KEY = "kX9-seeded-app-key-7Qz"
PASSWORD = "pw-seeded-in-a-url-3Jk"
SETTINGS = {"mode": "group", "moderators": 2, "participants": 9, "max_active_talkers": 4}
LESSON = """\
playbook: 1
name: Secrets
room: {id: "${ROOM}"}
schedule: [{id: lesson, length: 30s}]
rotations: {speaking: {group_size: 2, rounds: 1, round_length: 3s, shortest_round: 1s}}
bots:
  helper:
    role: moderator
    timeline:
      - {at: start, do: [{say: "hello"}, {play: bell.wav}, {rotate: speaking}, {save: [attendance.csv, groups.json]}]}
    rules: [{id: nobody, when: {joined: first_time}, do: [{drop: Nobody at all}]}]
  pupil: {count: 2, invites: [{then: accept}]}
"""


def written(folder: Path) -> dict[Path, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".wav"]
    return {path: path.read_bytes().replace(b'"signature": "(removed)"', b"") for path in files}


def secrets(app_id: str) -> dict[str, bytes]:
    """What must be nowhere; a token is base64 of a JSON object that begins with its host."""
    return {
        "the key": APP_KEY.encode(), "the password of a URL": PASSWORD.encode(),
        "the credentials of a request": base64.b64encode(f"{app_id}:{APP_KEY}".encode()),
        "a token": base64.b64encode(b'{"host": "127.')[:16], "a signature": b'"signature"',
    }  # fmt: skip


async def test_no_secret_is_in_anything_that_a_run_writes(tmp_path: Path) -> None:
    (tmp_path / "class.yaml").write_text(LESSON, encoding="utf-8")
    with wave.open(str(tmp_path / "bell.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(random.Random(1).randbytes(8000))
    arguments = ("--app-key", APP_KEY, "--webhook", f"http://user:{PASSWORD}@127.0.0.1:9/hook")
    (tmp_path / "server").mkdir()
    capture = tmp_path / "server" / "capture.jsonl"
    with room_server(tmp_path / "server", *arguments, "--capture", str(capture)) as (_, provider):
        async with ServerApi(provider.api_url, provider.app_id, provider.app_key) as api:
            room_id = await api.create_room({"name": "Class", "owner_ref": "t", "settings": SETTINGS})
        environment = {**provider.environment, "XDG_STATE_HOME": str(tmp_path), "ROOM": room_id}
        for name, key in (("run", APP_KEY), ("refused", APP_KEY + "-not")):
            program = Program(
                "run", str(tmp_path / "class.yaml"), "--store", f"sqlite:///{tmp_path}/{name}.db", "--trace",
                str(tmp_path / f"{name}.trace"), "--report", str(tmp_path / "report"), "--log-format", "json",
                folder=tmp_path,
                environment={**environment, "BOTS_APP_KEY": key, "BOTS_CAPTURE": str(tmp_path / f"{name}.capture")},
            )  # fmt: skip
            ended = program.end(limit_s=90)
            assert (0 if name == "run" else 4) == ended.code, ended.err
            program.close()
        app_id = provider.app_id
        page = await asyncio.to_thread(httpx.get, provider.page_url.partition("#")[0].partition("?")[0])
        (tmp_path / "page.html").write_bytes(page.raise_for_status().content)
    files = written(tmp_path)
    wanted = {"run.db", "run.trace", "attendance.csv", "run.capture", "capture.jsonl", "page.html"}
    assert wanted <= {path.name for path, content in files.items() if content}
    server_out = next(path for path in files if path.parent.name == "server" and path.suffix == ".out")
    files[server_out] = b"".join(  # it tells its own key, once, to whoever started it
        line for line in files[server_out].splitlines() if b"export BOTS_APP_KEY" not in line and b"browser" not in line
    )
    found = [(what, path.name) for path, data in files.items() for what, one in secrets(app_id).items() if one in data]
    assert [] == found
