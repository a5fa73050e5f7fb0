"""What has been: `bots sessions`, `bots report` and `bots trace` read the journal, and it can be forgotten."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bots.clock import SystemClock
from bots.journal import Journal, SessionRecord
from tests.e2e.program import Ended, Program

LESSON = """\
playbook: 1
name: Two rounds
room: {create: {name: class, mode: group}}
roster: [{id: ana.r, name: Ana Ruiz}]
schedule: [{id: lesson, length: 32s}]
rotations: {speaking: {group_size: 2, rounds: 2, round_length: 2s, shortest_round: 1s}}
bots:
  helper: {role: moderator, timeline: [{at: start, do: [{rotate: speaking}]}]}
  pupil: {count: 4, invites: [{then: accept}]}
expect: {joined: 5}
"""


def bots(folder: Path, *arguments: str, code: int = 0) -> Ended:
    program = Program(*arguments, folder=folder, environment={"XDG_STATE_HOME": str(folder)})
    try:
        ended = program.end(limit_s=150)
    finally:
        program.close()
    assert code == ended.code, ended.err
    return ended


def test_a_session_is_listed_reported_traced_and_forgotten(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(LESSON, encoding="utf-8")
    assert "no session is in the journal yet" in bots(tmp_path, "sessions").out
    label = bots(tmp_path, "run", str(tmp_path / "two.yaml"), "--log-format", "json").log[-1]["session"]
    [one] = json.loads(bots(tmp_path, "sessions", "--json").out)
    assert (label, "ended", "finished", None) == (one["session"], one["state"], one["outcome"], one["run_by"])

    told = bots(tmp_path, "report", label[:12]).out
    assert "met: joined 5 by end, counted 5" in told
    assert "ana.r                absent" in told
    report = json.loads(bots(tmp_path, "report", label, "--json").out)
    assert {"helper", "ana.r", "pupil-01", "pupil-02", "pupil-03", "pupil-04"} == {
        who["id"] for who in report["people"]
    }
    assert [1, 2] == [round_["round"] for round_ in report["rounds"]]
    assert {"Group 1", "Group 2"} == {who["planned"] for who in report["rounds"][0]["people"]}
    assert "no session is called" in bots(tmp_path, "report", "Nothing", code=4).err

    assert "rotate at" in bots(tmp_path, "trace", one["traces"][0]).out
    assert "rotate at" in bots(tmp_path, "trace", label).out
    assert "no trace and no file is called" in bots(tmp_path, "trace", "Nothing", code=4).err
    assert "1 session forgotten" in bots(tmp_path, "sessions", "forget", "--person", "ana.r").out
    assert [] == json.loads(bots(tmp_path, "sessions", "--json").out)
    assert [] == list((tmp_path / "bots" / "traces").glob("*.jsonl"))


async def cut_off(store: str, *, ago: timedelta) -> None:
    """A session of ten minutes, begun so long ago by a process that is gone."""
    starts_at = datetime.now(UTC) - ago
    record = SessionRecord(
        id=f"Old/lesson@{starts_at:%H:%M}", playbook="Old", file="/p/old.yaml", entry="lesson",
        starts_at=starts_at, ends_at=starts_at + timedelta(minutes=10),
    )  # fmt: skip
    async with Journal(store, SystemClock()) as journal:
        opened = await journal.begin(record)
        assert opened is not None
        await journal.keeper.give_back(opened.hold)


async def test_what_was_cut_off_can_be_forgotten_once_its_time_is_over(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/other.db"
    await cut_off(store, ago=timedelta(hours=1))
    await cut_off(store, ago=timedelta(minutes=1))
    listed = bots(tmp_path, "sessions", "--store", store).out.splitlines()
    assert ["cut off; bots run --resume goes on", "cut off, and its time is over"] == [
        line.split("  ")[2] for line in listed
    ]
    assert "0 sessions forgotten" in bots(tmp_path, "sessions", "forget", "--before", "2000-01-01").out
    # the store may stand before the word, too: it is never another journal that is emptied
    assert "1 session forgotten" in bots(tmp_path, "sessions", "--store", store, "forget", "--before", "2100-01-01").out
    [left] = json.loads(bots(tmp_path, "sessions", "--store", store, "--json").out)
    assert "bots run /p/old.yaml --resume" in bots(
        tmp_path, "sessions", "forget", left["session"], "--store", store, code=4
    ).err  # fmt: skip


def test_a_journal_that_cannot_be_read_is_told_on_standard_error_only(tmp_path: Path) -> None:
    (tmp_path / "bots").write_text("no folder", encoding="utf-8")
    for words in (("sessions", "--json"), ("report", "Lesson", "--json")):
        done = bots(tmp_path, *words, code=4)
        assert "" == done.out
        assert "journal.db cannot be made" in done.err
    assert "no trace and no file is called" in bots(tmp_path, "trace", "Lesson", code=4).err


def test_a_mistyped_store_is_told_and_makes_no_journal(tmp_path: Path) -> None:
    mistyped = tmp_path / "jurnal.db"
    for words in (("sessions",), ("report", "Lesson"), ("trace", "Lesson"), ("sessions", "forget", "Lesson")):
        done = bots(tmp_path, *words, "--store", f"sqlite:///{mistyped}", code=4)
        assert f"there is no journal at {mistyped}" in done.err
    assert not mistyped.exists()


def test_a_machine_without_a_home_says_that_nothing_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    path.write_text(
        "playbook: 1\nname: Short\nroom: {create: {name: R}}\nschedule: [{length: 1s}]\nbots: {host: {}}\n",
        encoding="utf-8",
    )
    program = Program(
        "run", str(path), "--log-format", "json", folder=tmp_path, environment={"HOME": "", "XDG_STATE_HOME": ""}
    )
    ended = program.end(limit_s=150)
    assert 0 == ended.code, ended.err
    [told] = ended.events("journal_not_kept")
    assert "there is no home folder" in told["reason"]
