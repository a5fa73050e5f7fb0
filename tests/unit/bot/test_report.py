"""The files that a step writes of a lesson."""

import csv
import json
from pathlib import Path

from structlog.testing import capture_logs

from bots.bot import AttendancePlan, DropRule, RunEnded
from bots.bot.record.attendance import Attendance
from bots.bot.record.files import FILES, Report
from bots.bot.steps.report import report_of
from bots.playbook import RosterEntry
from bots.room import BreakoutJoined, Participant
from tests.fakes.clock import FakeClock
from tests.unit.bot.stage import ANA, LUIS, on_stage, spec_of, timeline

START = FakeClock().now()
SAVE = timeline(100, {"save": ["people.csv", "attendance.csv"]})
NAMED = AttendancePlan(has_names=True)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


async def test_the_files_have_everybody_who_came_once(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "report"
    async with on_stage(spec_of(timeline=(SAVE,), report_folder=str(folder), attendance=NAMED), LUIS) as stage:
        await stage.pass_s(30)
        stage.room.arrive(ANA)
        stage.room.push(BreakoutJoined("c-ana", "br-1"))
        stage.room.arrive(Participant(client_id="c-h", name="herald", user_ref="pupil-01/1"))
        await stage.pass_s(30)
        stage.room.depart("c-luis")
        await stage.pass_s(40)
    expected = [
        ("Class helper", "yes", "1.7", ""),
        ("Luis", "no", "1.0", "2026-03-30T08:01:00Z"),
        ("Ana", "no", "1.2", ""),
    ]
    people = rows(folder / "people.csv")
    assert expected == [(row["name"], row["is_bot"], row["minutes"], row["last_out"]) for row in people]
    assert ["100", "60", "70"] == [row["seconds"] for row in rows(folder / "attendance.csv")]
    assert ["attendance.csv", "people.csv"] == sorted(path.name for path in folder.iterdir())


async def test_nobody_is_called_by_name_unless_the_playbook_says_so(tmp_path: Path) -> None:
    roster = (RosterEntry(id="ana.r", name="Ana"), RosterEntry(id="eva.t", name="Eva Torres"))
    address = Participant(client_id="c-t", name="Tom", user_ref="tom@school.example")
    spec = spec_of(timeline=(timeline(100, {"save": list(FILES)}),), report_folder=str(tmp_path), roster=roster)
    async with on_stage(spec, ANA, LUIS, address) as stage:
        await stage.pass_s(100)
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert [] == [name for name in ("Ana", "Luis", "Eva", "Tom", "tom@", "Class helper") if name in written]
    found = rows(tmp_path / "attendance.csv")
    assert [("ana.r", "present"), ("eva.t", "absent"), ("helper", "present"), ("guest-1", "present")] == [
        (row["id"], row["status"]) for row in found
    ][:4]


async def test_who_says_at_the_end_who_they_are_was_that_person_from_the_beginning() -> None:
    roster = (RosterEntry(id="ana.r", name="Ana Ruiz"),)
    anni = Participant(client_id="c-1", name="anni")
    async with on_stage(spec_of(roster=roster), anni) as stage:
        await stage.pass_s(50)
        stage.room.depart("c-1")
        await stage.pass_s(10)
        stage.room.arrive(Participant(client_id="c-2", name="anni"))
        await stage.pass_s(40)
        kit = stage.bot._parts.kit
        kit.presence.claim(kit.presence.parent.participants["c-2"], "Ana Ruiz")
        [ana, _] = report_of(kit).people
        assert ("ana.r", 90.0, 1, START) == (ana.id, ana.seconds, ana.reconnects, ana.first_in)


async def test_late_and_partly_there_are_judged_by_the_playbook() -> None:
    plan = AttendancePlan(late_after_s=60, present_needs=0.5)
    async with on_stage(spec_of(attendance=plan), LUIS) as stage:
        await stage.pass_s(61)
        stage.room.arrive(ANA)
        await stage.pass_s(100)
        stage.room.depart("c-ana")
        await stage.pass_s(139)
        [_, luis, ana] = report_of(stage.bot._parts.kit).people
        assert ("present", None) == (luis.status, luis.late_s)
        assert ("partly", 61.0, 100.0) == (ana.status, ana.late_s, ana.seconds)


def test_a_name_is_no_formula() -> None:
    one = Attendance(id="@x", name='=HYPERLINK("http://x")', role="", is_bot=False, status="present", first_in=START)
    for name in ("people.csv", "attendance.csv"):
        [row] = csv.DictReader(FILES[name](Report("s", START, START, [one], [])).splitlines())
        assert ('\'=HYPERLINK("http://x")', "'@x") == (row["name"], row["id"])


async def test_without_a_folder_nothing_is_written_and_that_is_said() -> None:
    with capture_logs() as logs:
        async with on_stage(spec_of(timeline=(SAVE,)), LUIS) as stage:
            await stage.pass_s(100)
    lines = [line for line in logs if line["event"] == "report_saved"]
    assert [("people.csv", 2, False), ("attendance.csv", 2, False)] == [
        (line["file"], line["rows"], line["is_written"]) for line in lines
    ]


async def test_a_folder_that_cannot_be_written_fails_the_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with on_stage(spec_of(timeline=(SAVE,), report_folder=str(tmp_path / "file")), LUIS) as stage:
        await stage.pass_s(100)
        [run] = stage.told(RunEnded)
        assert "failed" == run.outcome
        assert "cannot write" in str(run.reason)


async def test_a_bot_that_was_away_writes_nobody_down_twice() -> None:
    drops = DropRule(chance=1.0, every_s=500.0, back_after_s=(10.0, 10.0))
    async with on_stage(spec_of(seed="13/helper", drops=drops, attendance=NAMED), LUIS) as stage:
        await stage.pass_s(100)
        people = report_of(stage.bot._parts.kit).people
        assert [("Class helper", 100), ("Luis", 100)] == [(one.name, round(one.seconds)) for one in people]


async def test_the_json_files_are_json_with_every_stay() -> None:
    async with on_stage(spec_of(), LUIS) as stage:
        await stage.pass_s(20)
        stage.room.depart("c-luis")
        await stage.pass_s(5)
        stage.room.arrive(LUIS)
        await stage.pass_s(5)
        report = report_of(stage.bot._parts.kit)
    told = json.loads(FILES["attendance.json"](report))
    luis = told["people"][1]
    stays = [["08:00:00", "08:00:20"], ["08:00:25", "08:00:30"]]
    assert [[f"2026-03-30T{instant}.000Z" for instant in stay] for stay in stays] == luis["stays"]
    assert 25.0 == luis["seconds"]
    assert "2026-03-30T08:10:00.000Z" == told["ends_at"]
    assert [] == json.loads(FILES["groups.json"](report))["rounds"]
