"""Rows that are due are looked at, and no others."""

from datetime import timedelta

from bots.timetable.agenda import Agenda
from tests.unit.timetable.test_row import MONDAY, row


def test_only_what_is_due_is_taken_the_longest_due_first() -> None:
    late, early, never = row(cron='"30 * * * *"'), row(cron='"10 * * * *"'), row(until="2026-03-01")
    agenda = Agenda([late, never, early])
    assert early.begins_at == agenda.next_at
    assert [] == agenda.take(MONDAY)
    assert [early, late] == agenda.take(MONDAY + timedelta(minutes=40))
    assert (None, []) == (agenda.next_at, agenda.take(MONDAY + timedelta(days=1)))


def test_a_row_that_is_added_again_is_due_at_its_next_start() -> None:
    one = row()
    agenda = Agenda([one])
    now = MONDAY + timedelta(hours=1)
    for due in agenda.take(now):
        due.take(now)
        agenda.add(due)
    assert MONDAY + timedelta(hours=2, seconds=-15) == agenda.next_at
