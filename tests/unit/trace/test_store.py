"""Where traces are kept: the newest of each kind, none of them without a bound."""

import os
from pathlib import Path

import pytest

from bots.trace import KeptTrace, kept_traces, state_folder
from bots.trace.store import KEPT

LABEL = "Spanish 9B, groups/lesson@2026-03-30T08:00Z"


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s/bots"),
        ({"HOME": "/h"}, "/h/.local/state/bots"),
        ({"XDG_STATE_HOME": "relative", "HOME": "/h"}, "/h/.local/state/bots"),
        ({}, None),
    ],
)
def test_the_folder_is_in_the_user_s_state(environment: dict[str, str], folder: str | None) -> None:
    assert (None if folder is None else Path(folder)) == state_folder(environment)


def test_a_trace_has_an_id_that_tells_the_session_and_a_second_one_another(tmp_path: Path) -> None:
    first, second = (KeptTrace(tmp_path / "traces", LABEL, "live") for _ in "ab")
    first.write("line\n")
    for one in (first, second):
        one.close()
    assert "spanish-9b-groups-lesson-2026-03-30t08-00z" == first.id
    assert f"{first.id}-2" == second.id
    assert "line\n" == first.path.read_text()


def test_a_full_trace_takes_only_what_sums_the_session_up(tmp_path: Path) -> None:
    trace = KeptTrace(tmp_path, LABEL, "live", most_bytes=40)
    lines = ['{"event": "rule_fired"}\n', '{"event": "step_finished"}\n', '{"event": "session_finished"}\n']
    for line in lines:
        trace.write(line)
    trace.close()
    assert lines[0] + lines[2] == trace.path.read_text()


def test_the_newest_of_each_kind_are_kept(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        for kind in ("live", "simulated"):
            trace = KeptTrace(tmp_path, f"lesson {number}", "live" if kind == "live" else "simulated")
            trace.close()
            os.utime(trace.path, ns=(number, number))
    ids = [one.id for one in kept_traces(tmp_path)]
    assert 2 * KEPT == len(ids)
    assert not {"lesson-0", "lesson-0-simulated", "lesson-2"} & set(ids)
    assert {f"lesson-{KEPT + 2}", f"lesson-{KEPT + 2}-simulated", "lesson-3"} <= set(ids)


def test_the_trace_of_a_session_that_runs_is_never_forgotten_nor_that_of_its_life_before(tmp_path: Path) -> None:
    before = KeptTrace(tmp_path, LABEL, "live")
    before.close()  # its process was killed
    running = [KeptTrace(tmp_path, LABEL, "live")]
    running += [KeptTrace(tmp_path, f"lesson {number}", "live") for number in range(KEPT + 2)]
    for number, one in enumerate([before, *running]):
        os.utime(one.path, ns=(number, number))
    KeptTrace(tmp_path, "another", "live").close()
    assert {one.id for one in (before, *running)} < {one.id for one in kept_traces(tmp_path)}
    running[0].write("line\n")
    for one in running:
        one.close()
    assert "line\n" == running[0].path.read_text()
    KeptTrace(tmp_path, "the last", "live").close()
    assert KEPT == len(kept_traces(tmp_path))
