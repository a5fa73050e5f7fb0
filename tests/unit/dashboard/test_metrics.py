"""The numbers for Prometheus: in its format, and without anybody's name."""

import re

from bots.dashboard import metrics_of
from bots.timetable import BookStatus
from tests.unit.dashboard.watched import status_of

LINE = re.compile(r"# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+=\"[a-z_]+\"\})? [0-9.e+]+")


def test_every_line_is_of_the_format_and_every_metric_has_its_help_and_type() -> None:
    lines = metrics_of(status_of(), tasks=12).splitlines()
    assert [] == [line for line in lines if not LINE.fullmatch(line)]
    for kind in ("HELP", "TYPE"):
        told = {line.split()[2] for line in lines if line.startswith(f"# {kind}")}
        assert told == {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}


def test_the_numbers_are_those_of_the_timetable_and_no_name_is_told() -> None:
    text = metrics_of(status_of(), tasks=12)
    for line in (
        "bots_sessions_running 1", "bots_bots_present 3", "bots_sessions_started_total 7", "bots_starts_missed_total 1",
        "bots_starts_refused_total 1", "bots_start_lag_limit_seconds 0.02",
        'bots_playbooks{state="broken"} 1', "bots_playbooks_kept 0", "bots_journal_waiting 2",
        "bots_up 1", "bots_tasks 12",
    ):  # fmt: skip
        assert line in text.splitlines()
    assert "Spanish" not in text


def test_a_broken_file_whose_last_good_version_goes_on_is_counted() -> None:
    books = (BookStatus("/p/b.yaml", "Spanish 9B", "b.yaml:1:1: error[no-name] …", ()),)
    assert "bots_playbooks_kept 1" in metrics_of(status_of(books=books), tasks=12).splitlines()
