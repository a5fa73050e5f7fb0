"""What the README says is so: its playbook lints and runs, its error message is the one that is printed."""

import asyncio
import re
from pathlib import Path

import pytest

from bots.playbook import lint, render
from bots.room import ServerApi
from tests.e2e.program import Program, room_server

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHORTER = (("50m", "24s"), ("start + 8m", "start + 8s"), ("end - 5m", "end - 6s"), ("over: 60s", "over: 1s"),
           ("start + 3m", "start + 3s"), ("end - 10m", "end - 2s"), ("2s..12s", "200ms..900ms"),
           ("start + 2m", "start + 6s"), ("accept: 90%, ", ""))  # fmt: skip


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    """The README's playbook in a folder with its sound."""
    found = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert found is not None
    path = tmp_path / "lesson.yaml"
    path.write_text(found[1], encoding="utf-8")
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "bell.ogg").write_bytes((ROOT / "playbooks" / "audio" / "bell.ogg").read_bytes())
    return path


def test_its_playbook_has_no_problems(lesson: Path) -> None:
    assert "" == render(lint(lesson))


def test_its_error_message_is_the_one_that_is_printed(lesson: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = re.search(r"\$ bots lint lesson.yaml\n(.*?)```", README, re.DOTALL)
    assert found is not None
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("audio/bell.ogg", "audio/bel.ogg"), encoding="utf-8")
    monkeypatch.chdir(lesson.parent)
    printed = render(lint(Path("lesson.yaml")))
    shown = re.sub(r" +# .*", "", found[1])
    assert shown.strip() == re.sub(r" +# .*", "", printed).strip()


async def test_its_playbook_runs_when_its_times_are_shortened(lesson: Path, tmp_path: Path) -> None:
    text = lesson.read_text(encoding="utf-8")
    for long, short in SHORTER:
        assert long in text
        text = text.replace(long, short)
    lesson.write_text(text, encoding="utf-8")
    with room_server(tmp_path) as (_, provider):
        async with ServerApi(provider.api_url, provider.app_id, provider.app_key) as api:
            room_id = await api.create_room({"name": "R", "owner_ref": "o", "settings": {"max_active_talkers": 6}})
        program = Program(
            "run",
            str(lesson),
            "--log-format",
            "json",
            folder=tmp_path,
            environment={**provider.environment, "ROOM": room_id},
        )
        run = await asyncio.to_thread(program.end)
    assert 0 == run.code, run.err
    [finished] = run.events("session_finished")
    assert (4, 4, 1) == tuple(finished["counts"][name] for name in ("accepted", "back", "played"))
