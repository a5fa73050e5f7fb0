"""Expectations of numbers and of times."""

import pytest

from bots.playbook import Percentiles, Playbook, lint_text, percentile, read
from tests.unit.playbook.texts import HEAD, examined, unmarked

BOTS = "bots: {helper: {microphone: bell}}\n"


def expecting(text: str) -> str:
    return HEAD + BOTS + f"expect: {{{text}}}"


def test_a_name_says_what_stands_behind_it() -> None:
    playbook = read(expecting("joined: 1, join_time: {p50: 500ms, max: {at_most: 2s}}, errors: {at_most: 0}"))
    assert ["count", "times", "count"] == [one.kind for one in playbook.expect.values()]
    times = playbook.expect["join_time"]
    assert isinstance(times, Percentiles)
    assert {"p50": 0.5, "max": 2.0} == times.limits()
    assert playbook == Playbook.model_validate_json(playbook.model_dump_json())


@pytest.mark.parametrize(
    ("problem_id", "marked"),
    [
        ("wrong-type", "»join_time: 2s"), ("missing-key", "join_time: »{by: end}"),
        ("unknown-key", "join_time: {»p98: 2s}"), ("unknown-key", "joined: {equals: 1, »p50: 2s}"),
        ("bad-value", "join_time: {p50: »2}"), ("bad-value", "join_time: {p50: {at_most: »fast}}"),
        ("unknown-counter", "»join_tme: {p50: 2s}"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(problem_id: str, marked: str) -> None:
    text, place = unmarked(expecting(marked))
    found = [(problem.id, f"{problem.line}:{problem.column}") for problem in examined(text).problems]
    assert (problem_id, place) in found


@pytest.mark.parametrize("measure", ["audio_start", "lateness"])
def test_what_can_never_be_measured_is_impossible(measure: str) -> None:
    text, place = unmarked(expecting(f"{measure}: »{{p99: 1s}}"))
    assert [("impossible", place)] == [(one.id, f"{one.line}:{one.column}") for one in lint_text(text)]


def test_a_percentile_is_by_nearest_rank() -> None:
    values_s = [float(n) for n in range(1, 11)]
    assert [5.0, 9.0, 10.0, 10.0, 10.0] == [percentile(name, values_s) for name in ("p50", "p90", "p95", "p99", "max")]
    assert (3.0, None) == (percentile("p50", [3.0]), percentile("p50", []))
