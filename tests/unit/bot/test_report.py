"""Who came, from when to when; and the file that a step writes of it."""

import csv
from datetime import timedelta
from pathlib import Path

from structlog.testing import capture_logs

from bots.bot import DropRule, RunEnded
from bots.bot.place.visitors import Visitors
from bots.bot.rules.facts import Person
from bots.bot.steps.report import people_csv
from bots.room import BreakoutJoined, Participant
from tests.fakes.clock import FakeClock
from tests.unit.bot.stage import ANA, LUIS, on_stage, spec_of, timeline

START = FakeClock().now()
SAVE = timeline(100, {"save": "people.csv"})


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_stays_of_one_person_add_up_under_any_connection() -> None:
    book = Visitors()
    book.came("ana", Person(client_id="c-1", name="Ana"), START)
    book.went("c-1", START + minutes(10))
    book.came("ana", Person(client_id="c-2", name="Ana (phone)"), START + minutes(12))
    [visit] = book.visits(START + minutes(20))
    assert (START, None, 18 * 60, "Ana (phone)") == (visit.first_in, visit.last_out, visit.seconds, visit.person.name)


def test_two_connections_at_once_are_one_stay() -> None:
    book = Visitors()
    for client_id, at in (("c-1", 0), ("c-2", 5)):
        book.came("ana", Person(client_id=client_id), START + minutes(at))
    book.went("c-1", START + minutes(10))
    assert None is book.visits(START + minutes(12))[0].last_out
    book.went("c-2", START + minutes(15))
    [visit] = book.visits(START + minutes(30))
    assert (START + minutes(15), 15 * 60) == (visit.last_out, visit.seconds)


def test_who_went_while_the_bot_was_away_has_gone_when_it_looks_again() -> None:
    book = Visitors()
    book.came("ana", Person(client_id="c-1"), START)
    book.came("ben", Person(client_id="c-2"), START)
    book.only(["c-2"], START + minutes(3))
    assert [START + minutes(3), None] == [visit.last_out for visit in book.visits(START + minutes(4))]


def test_a_name_is_no_formula() -> None:
    book = Visitors()
    book.came("x", Person(client_id="c-1", name='=HYPERLINK("http://x")', id="@x"), START)
    [row] = csv.DictReader(people_csv(book.visits(START)).splitlines())
    assert ('\'=HYPERLINK("http://x")', "'@x") == (row["name"], row["id"])


async def test_the_file_has_everybody_who_came_once(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "report"
    async with on_stage(spec_of(timeline=(SAVE,), report_folder=str(folder)), LUIS) as stage:
        await stage.pass_s(30)
        stage.room.arrive(ANA)
        stage.room.push(BreakoutJoined("c-ana", "br-1"))
        stage.room.arrive(Participant(client_id="c-h", name="herald", user_ref="pupil-01/1"))
        await stage.pass_s(30)
        stage.room.depart("c-luis")
        await stage.pass_s(40)
    with (folder / "people.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = [
        ("Class helper", "yes", "1.7", ""),
        ("Luis", "no", "1.0", "2026-03-30T08:01:00Z"),
        ("Ana", "no", "1.2", ""),
    ]
    assert expected == [(row["name"], row["is_bot"], row["minutes"], row["last_out"]) for row in rows]
    assert ["people.csv"] == [path.name for path in folder.iterdir()]


async def test_without_a_folder_nothing_is_written_and_that_is_said() -> None:
    with capture_logs() as logs:
        async with on_stage(spec_of(timeline=(SAVE,)), LUIS) as stage:
            await stage.pass_s(100)
    [line] = [line for line in logs if line["event"] == "report_saved"]
    assert (2, False) == (line["rows"], line["is_written"])


async def test_a_folder_that_cannot_be_written_fails_the_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with on_stage(spec_of(timeline=(SAVE,), report_folder=str(tmp_path / "file")), LUIS) as stage:
        await stage.pass_s(100)
        [run] = stage.told(RunEnded)
        assert "failed" == run.outcome
        assert "cannot write" in str(run.reason)


async def test_a_bot_that_was_away_writes_nobody_down_twice() -> None:
    drops = DropRule(chance=1.0, every_s=500.0, back_after_s=(10.0, 10.0))
    async with on_stage(spec_of(seed="13/helper", drops=drops), LUIS) as stage:
        await stage.pass_s(100)
        visits = stage.bot._parts.kit.presence.visitors.visits(stage.clock.now())
        assert [("Class helper", 100), ("Luis", 100)] == [(one.person.name, round(one.seconds)) for one in visits]
