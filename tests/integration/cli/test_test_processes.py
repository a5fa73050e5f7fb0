"""`bots test -j 2`: tests played in several processes tell the same, in the same order."""

import json
from pathlib import Path

import pytest

from bots.cli.test import play_tests

LESSON = "playbook: 1\nname: L\nroom: {id: main}\nschedule: [{length: 1m}]\nbots: {helper: {role: moderator}}\n"
CASE = "test_of: lesson.yaml\nexpect: [{at: end, counters: {errors: 0}}]\n"


def test_several_processes_tell_the_same_in_the_same_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lesson.yaml").write_text(LESSON)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.test.yaml").write_text(CASE)
    ended = play_tests(
        [str(tmp_path)], pattern="", processes=2, junit="", shows_coverage=False, format="json"
    )  # fmt: skip
    assert 0 == ended
    found = json.loads(capsys.readouterr().out)["tests"]
    assert ["a.test.yaml", "b.test.yaml", "c.test.yaml"] == [Path(one["file"]).name for one in found]
    assert {"passed"} == {one["outcome"] for one in found}
