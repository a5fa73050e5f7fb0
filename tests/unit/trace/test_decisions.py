"""Comparing two logs: by what each bot decided, in its own order."""

import json
from typing import Any

import pytest

from bots.errors import WireError
from bots.trace import Difference, compare, decisions_of, read_log

JOINED = {"event": "room_joined", "bot": "ana", "client_id": "c-1", "timestamp": "2026-03-30T08:00:00.000Z"}
ACCEPTED = {"event": "invite_accepted", "bot": "ana", "breakout": "red", "waited_s": 0.2}
REJECTED = {"event": "invite_rejected", "bot": "ben", "breakout": "red", "waited_s": 0.2}
HEARD = {"event": "audio_finished", "bot": "ana", "clip": "bell", "outcome": "finished", "heard": True}
ENDED = {"event": "session_finished", "outcome": "finished"}


def test_instants_ids_and_durations_do_not_matter() -> None:
    other = {**JOINED, "client_id": "c-2", "timestamp": "2027-01-01T00:00:00.000Z"}
    assert [] == compare([JOINED, ACCEPTED], [other, {**ACCEPTED, "waited_s": 0.9}])


def test_who_of_two_bots_was_first_does_not_matter_but_the_order_of_one_does() -> None:
    assert [] == compare([ACCEPTED, REJECTED, ENDED], [REJECTED, ENDED, ACCEPTED])
    assert ["ana"] == [one.stream for one in compare([JOINED, ACCEPTED], [ACCEPTED, JOINED])]


def test_the_report_of_a_sound_may_come_at_any_time_but_must_say_the_same() -> None:
    assert [] == compare([HEARD, ACCEPTED], [ACCEPTED, HEARD])
    [difference] = compare([HEARD], [{**HEARD, "heard": False}])
    assert "ana, sounds" == difference.stream


def test_a_difference_shows_what_is_in_one_log_only() -> None:
    changed = {**ACCEPTED, "breakout": "blue"}
    expected = Difference(
        "ana", ("  room_joined", '- invite_accepted breakout="red"', '+ invite_accepted breakout="blue"')
    )
    assert [expected] == compare([JOINED, ACCEPTED], [JOINED, changed])


def test_what_is_no_decision_is_left_out() -> None:
    assert {} == decisions_of([{"event": "person_acted"}, {"event": "participant_joined", "bot": "ana"}])


def test_a_log_is_read_line_by_line() -> None:
    events: list[dict[str, Any]] = [JOINED, ENDED]
    assert events == read_log("".join(json.dumps(event) + "\n\n" for event in events))


@pytest.mark.parametrize("text", ["no json", "[]", '{"name": "x"}', '{"event": 3}'])
def test_what_is_no_log_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(WireError, match="line 2"):
        read_log(json.dumps(JOINED) + "\n" + text)


def test_the_order_of_the_people_in_one_invite_is_no_decision() -> None:
    one, other, third = (
        [{"event": "breakout_invited", "bot": "a", "breakout": "red", "people": people, "is_forced": False}]
        for people in (["ana", "ben"], ["ben", "ana"], ["ben"])
    )
    assert [] == compare(one, other)
    assert 1 == len(compare(one, third))
