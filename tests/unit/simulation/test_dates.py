"""`lesson on 2026-03-30` is the session that the schedule plans for that day, in its zone."""

from datetime import UTC, datetime

import pytest

from bots.errors import ConfigError
from bots.playbook import Playbook, read
from bots.simulation import session_named

LESSON = read("""\
playbook: 1
name: Lesson
timezone: Europe/Madrid
room: {id: main}
schedule:
  - {id: lesson, every: [mon, wed], at: 10:00, length: 50m, skip_on: [2026-05-04]}
  - {id: night, every: [sun], at: 02:30, length: 50m}
  - {id: by-hand, length: 50m}
bots: {helper: {role: moderator}}
""")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", (None, None)),
        ("night", ("night", None)),
        ("lesson on 2026-03-25", ("lesson", at("2026-03-25T09:00"))),
        ("lesson on 2026-03-30", ("lesson", at("2026-03-30T08:00"))),  # the clocks have gone forward between the two
        ("on 2026-03-30", ("lesson", at("2026-03-30T08:00"))),
        ("night on 2026-03-29", ("night", at("2026-03-29T01:00"))),  # 02:30 is missing on that night
    ],
)
def test_a_text_names_a_session(text: str, found: tuple[str | None, datetime | None]) -> None:
    assert found == session_named(LESSON, text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("exam", "no schedule entry is called 'exam'; this playbook has lesson, night, by-hand"),
        ("lesson on monday", "'monday' is no day; write lesson on 2026-03-30"),
        ("lesson on 2026-03-31", "no session on 2026-03-31; the next are on 2026-04-01, 2026-04-06, 2026-04-08"),
        ("lesson on 2026-05-04", "lesson is skipped on 2026-05-04: "),
        ("by-hand on 2026-05-04", "by-hand has no days, it starts by hand only"),
    ],
)
def test_what_names_no_session_says_what_would(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence.replace("(", r"\(")):
        session_named(LESSON, text)


def test_without_a_zone_a_day_is_that_of_utc() -> None:
    playbook: Playbook = read("playbook: 1\nname: L\nroom: {id: m}\nschedule: [{length: 5m}]\nbots: {a: {}}\n")
    assert (None, None) == session_named(playbook, "")
