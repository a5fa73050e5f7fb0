"""The timetable's numbers in Prometheus' text format, version 0.0.4."""

from collections.abc import Iterable

from bots.fleet import LAG_LIMIT_S
from bots.timetable import Status

__all__ = ["CONTENT_TYPE", "metrics_of"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[str, float]  # labels in braces, or nothing; value


def metrics_of(status: Status, *, tasks: int) -> str:
    """Every metric with its help and type; no name of a playbook, a room or a person is in it.

    Args:
        tasks: of the event loop, right now.
    """
    counts = status.counts
    snapshots = [one.snapshot for one in status.running if one.snapshot is not None]
    broken = sum(book.problem is not None for book in status.books)
    kept = sum(book.problem is not None and book.playbook is not None for book in status.books)
    families = (
        ("bots_up", "gauge", "Is everything open and not stopping?", [("", status.is_open and not status.is_stopping)]),
        ("bots_playbooks", "gauge", "Playbook files in the folder.", [
            ('{state="good"}', len(status.books) - broken), ('{state="broken"}', broken),
        ]),
        ("bots_playbooks_kept", "gauge", "Broken files whose last good version goes on.", [("", kept)]),
        ("bots_sessions_running", "gauge", "Sessions that run in this process.", [("", len(status.running))]),
        ("bots_bots_planned", "gauge", "Bots of sessions that run.", [("", sum(one.bots for one in snapshots))]),
        ("bots_bots_present", "gauge", "Bots that are in their rooms.", [("", sum(one.present for one in snapshots))]),
        ("bots_sessions_started_total", "counter", "Sessions begun here.", [("", counts.started)]),
        ("bots_sessions_resumed_total", "counter", "Sessions that were cut off and went on here.", [
            ("", counts.resumed),
        ]),
        ("bots_sessions_ended_total", "counter", "Sessions that ended here.", [
            *((f'{{outcome="{name}"}}', many) for name, many in counts.ended.items()),
        ]),
        ("bots_sessions_not_played_total", "counter", "Sessions that could not begin.", [("", counts.failed)]),
        ("bots_starts_missed_total", "counter", "Starts that nobody played in time.", [("", counts.missed)]),
        ("bots_starts_refused_total", "counter", "Of those, the ones for which this process was too busy.", [
            ("", counts.refused),
        ]),
        ("bots_start_lag_limit_seconds", "gauge", "Lateness in the middle from which a start is refused.", [
            ("", LAG_LIMIT_S),
        ]),
        ("bots_starts_skipped_total", "counter", "Starts left out while the session before went on.", [
            ("", counts.skipped),
        ]),
        ("bots_journal_up", "gauge", "Can the journal be written?", [("", not status.is_journal_away)]),
        ("bots_tasks", "gauge", "Tasks of the event loop.", [("", tasks)]),
        ("bots_journal_waiting", "gauge", "Writes that wait in memory.", [("", status.journal_backlog)]),
    )  # fmt: skip
    return "".join(_family(*family) for family in families)


def _family(name: str, kind: str, told: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {told}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{labels} {float(value):g}" for labels, value in samples]
    return "\n".join(lines) + "\n"
