"""Sessions in the journal: begun once, gone on with, ended; the same on every kind of database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import OperationalError

from bots.clock import SystemClock
from bots.errors import JournalError, SessionHeld
from bots.journal import InvitePast, Journal, OpenSession, Past, SessionRecord
from bots.journal.tables import METADATA, OF_SESSIONS, leases, meta, steps

AT = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
LESSON = SessionRecord(
    id="Demo/lesson@2026-03-30T08:00Z", playbook="Demo", file="/demo.yaml", entry="lesson", starts_at=AT,
    ends_at=AT + timedelta(minutes=50),
)  # fmt: skip


def rows_of(table: Table, connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


async def begin(journal: Journal, label: str = LESSON.id) -> OpenSession:
    opened = await journal.begin(replace(LESSON, id=label))
    assert opened is not None
    return opened


async def cut_off(opened: OpenSession) -> None:
    """As if the process had been killed, and its lease had run out."""
    await opened.let_go()


async def test_a_session_is_begun_once(journal: Journal) -> None:
    opened = await begin(journal)
    with pytest.raises(SessionHeld):
        await journal.begin(LESSON)
    assert [True, False] == [await journal.knows(one) for one in (LESSON.id, "another")]
    await opened.let_go()
    assert await journal.begin(LESSON) is None


async def test_a_beginning_whose_answer_was_lost_is_a_beginning(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the database is stopped between a commit and its answer."""
    commit, lost = journal.store._commit, list[int]()

    def lose(batch: Any) -> list[Any]:
        results = commit(batch)
        if not lost:
            lost.append(1)
            raise OperationalError("COMMIT", {}, ConnectionError("the server closed the connection"))
        return results

    monkeypatch.setattr(journal.store, "_commit", lose)
    opened = await begin(journal)
    assert not opened.is_resumed
    assert [1] == lost
    await opened.let_go()
    assert await journal.begin(LESSON) is None


async def test_a_second_process_is_told_who_runs_the_session(journal: Journal, url: str) -> None:
    opened = await begin(journal)
    async with Journal(url, SystemClock()) as second:
        with pytest.raises(SessionHeld, match=r"lesson@2026-03-30T08:00Z is run by process \d+ on .+ since "):
            await second.resume(LESSON.id)
        assert [LESSON.id] == list(second.held())
        await cut_off(opened)
        assert (await second.resume(LESSON.id)).record.id == LESSON.id


async def test_what_was_planned_and_kept_is_there_for_who_goes_on(journal: Journal) -> None:
    opened = await begin(journal)
    counted = [1]
    await opened.planned(room_id="r-1", provider="http://127.0.0.1:1", plan="packed")
    opened.remember(lambda: {"counts": {"joined": counted[0]}})
    counted[0] = 2
    opened.traced("demo-lesson")
    await cut_off(opened)
    assert [LESSON.id] == [one.id for one in await journal.open_sessions("/demo.yaml")]
    assert [] == await journal.open_sessions("/demo.yaml", "another")
    assert [] == await journal.open_sessions("/other.yaml")
    again = await journal.resume(LESSON.id)
    wanted = replace(
        LESSON, room_id="r-1", provider="http://127.0.0.1:1", plan="packed", facts={"counts": {"joined": 2}},
        traces=("demo-lesson",), made_at=again.record.made_at,
    )  # fmt: skip
    assert wanted == again.record


async def test_a_session_that_has_ended_is_not_gone_on_with(journal: Journal) -> None:
    opened = await begin(journal)
    await opened.end("finished", None, {"counts": {}}, AT + timedelta(minutes=50))
    with pytest.raises(JournalError, match="is not open"):
        await journal.resume(LESSON.id)
    with pytest.raises(JournalError, match="is not open"):
        await journal.resume("unknown")
    [kept] = journal.listed(10)
    assert ("ended", "finished", {"counts": {}}) == (kept.state, kept.outcome, kept.result)
    assert {} == journal.held()


async def test_a_bot_finds_what_it_wrote(journal: Journal) -> None:
    opened = await begin(journal)
    diary = opened.diary("helper")
    assert Past() == diary.past
    diary.remember({"muted": True})
    diary.joined("c-1", AT)
    number = diary.next_number()
    diary.run_begun(number, "greet", firing=[{"kind": "joined"}], planned_at=None, started_at=AT)
    await diary.intend(number, "0", path="do[0]", kind="say", at=AT)
    diary.settle(number, "0", "done", path="do[0]", kind="say", at=AT)
    diary.settle(number, "1", "skipped", path="do[1]", kind="play", at=AT)
    await diary.intend(number, "2", path="do[2]", kind="rotate", at=AT)
    diary.note(number, "2", {"round": 1})
    diary.note(number, "2", {"round": 2})
    await diary.noted(number, "2", {"round": 3})
    diary.invite_kept("br-1", received_at=AT, decision={"action": "accept"}, due_at=AT + timedelta(minutes=3))
    diary.invite_kept("br-2", received_at=AT, decision=None, due_at=None)
    diary.invite_ended("br-2", "ignored", AT)
    await cut_off(opened)

    again = await journal.resume(LESSON.id)
    past = again.diary("helper").past
    assert ("in", "c-1", AT, {"muted": True}) == (past.state, past.client_id, past.joined_at, past.facts)
    [run] = past.runs
    assert (1, "greet", [{"kind": "joined"}], AT, None) == (
        run.number,
        run.rule,
        run.firing,
        run.started_at,
        run.outcome,
    )
    assert {"0": "done", "1": "skipped", "2": "intent"} == {place: step.state for place, step in run.steps.items()}
    assert {"round": 3} == run.steps["2"].detail
    assert (InvitePast("br-1", AT, {"action": "accept"}, AT + timedelta(minutes=3)),) == past.invites
    assert 2 == again.diary("helper").next_number()


async def test_a_bot_that_left_stays_gone_and_keeps_when_it_came(journal: Journal) -> None:
    opened = await begin(journal)
    diary = opened.diary("helper")
    diary.joined("c-1", AT)
    diary.joined("c-2", AT + timedelta(minutes=1))
    diary.run_begun(1, "at start", firing=[], planned_at=AT, started_at=AT)
    diary.run_ended(1, "finished", None, AT)
    diary.left("left", "leave_when")
    await cut_off(opened)
    past = (await journal.resume(LESSON.id)).diary("helper").past
    assert past.is_over
    assert ("c-2", AT) == (past.client_id, past.joined_at)
    assert [("finished", AT)] == [(run.outcome, run.planned_at) for run in past.runs]


async def test_who_has_lost_the_session_is_told_before_a_step_is_done(journal: Journal) -> None:
    opened = await begin(journal)
    await journal.keeper.give_back(opened.hold)  # as if its lease had run out, and it did not know
    taker = await journal.resume(LESSON.id)
    with pytest.raises(JournalError, match="another process has taken"):
        await opened.diary("helper").intend(1, "0", path="do[0]", kind="say", at=AT)
    assert opened.hold.lost.is_set()
    await taker.diary("helper").intend(1, "0", path="do[0]", kind="say", at=AT)
    opened.diary("helper").settle(1, "0", "done", path="do[0]", kind="say", at=AT)
    await cut_off(taker)
    with_steps = select(steps.c.state).where(steps.c.bot == "helper")
    assert ["intent"] == await journal.store.ask(lambda connection: list(connection.execute(with_steps).scalars()))


async def test_starts_that_are_not_played_are_kept_once(journal: Journal) -> None:
    missed = replace(LESSON, state="ended", outcome="missed", reason="nobody was there")
    assert [LESSON.id] == await journal.note_unplayed([missed])
    assert [] == await journal.note_unplayed([missed])
    assert [("missed", "nobody was there")] == [(one.outcome, one.reason) for one in journal.listed(5)]


async def test_old_sessions_are_forgotten_with_all_that_is_kept_of_them(journal: Journal) -> None:
    for number, ends_at in enumerate((AT, AT + timedelta(days=400))):
        opened = await begin(journal, f"lesson-{number}")
        diary = opened.diary("helper")
        diary.joined("c", AT)
        diary.run_begun(1, "r", firing=[], planned_at=None, started_at=AT)
        await diary.intend(1, "0", path="p", kind="say", at=AT)
        diary.invite_kept("br", received_at=AT, decision=None, due_at=None)
        await opened.end("finished", None, None, ends_at)
    assert ["lesson-0"] == [one.id for one in await journal.forget(AT + timedelta(days=365))]
    assert ["lesson-1"] == [one.id for one in journal.listed(5)]
    for table in OF_SESSIONS:
        assert 1 == await journal.store.ask(partial(rows_of, table)), table.name
    assert {meta.name, leases.name} <= set(METADATA.tables)


async def test_a_person_is_forgotten_with_the_sessions_that_know_them(journal: Journal) -> None:
    facts: list[Any] = [{"record": {"people": [{"id": "ana.r", "name": "Ana"}]}}, {"names": {"Luis": "br-1"}}, {}]
    for number, known in enumerate(facts):
        opened = await begin(journal, f"lesson-{number}")
        opened.diary("helper").remember(known)
        await opened.end("finished", None, None, AT)
    running = await begin(journal, "lesson-9")
    running.diary("helper").remember(facts[0])
    await journal.store.flushed()
    assert ["lesson-0"] == [one.id for one in await journal.forget_person("ANA.R")]
    assert ["lesson-1"] == [one.id for one in await journal.forget_person("Luis")]
    assert [] == await journal.forget_person("ana")
    assert {"lesson-2", "lesson-9"} == {one.id for one in journal.listed(9)}
