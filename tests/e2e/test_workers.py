"""One session in several processes: the same result, one log, one journal."""

import json
from pathlib import Path

from tests.e2e.test_sessions import LESSON, bots


def test_a_rotation_with_its_bots_in_two_processes_is_one_session(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(LESSON, encoding="utf-8")
    ended = bots(
        tmp_path, "run", str(tmp_path / "two.yaml"), "--workers", "2", "--starts-in", "15s", "--log-format", "json"
    )  # fmt: skip
    assert {"helper", "pupil-01", "pupil-02", "pupil-03", "pupil-04"} == {
        event["bot"] for event in ended.events("room_joined")
    }
    assert [1, 2] == [event["round"] for event in ended.events("round_started")]
    label = ended.log[-1]["session"]
    report = json.loads(bots(tmp_path, "report", label, "--json").out)
    assert [1, 2] == [round_["round"] for round_ in report["rounds"]]
    [one] = json.loads(bots(tmp_path, "sessions", "--json").out)
    assert ("ended", "finished") == (one["state"], one["outcome"])
