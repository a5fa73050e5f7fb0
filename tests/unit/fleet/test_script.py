"""A script is kept and taken back as it was, without the provider's key."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from bots.bot import Provider
from bots.errors import JournalError, StartMissed
from bots.fleet import Script, plan, session_times
from bots.fleet.expect import expectations_of
from bots.journal import OpenSession, Past, SessionRecord
from tests.unit.fleet.lesson import PROVIDER, START, playbook_of

EXPECT = {"joined": {"equals": 4, "by": "start + 10s"}, "join_time": {"p99": "2s"}}
RULE = {"when": {"joined": "first_time"}, "if": "not person.is_bot", "do": [{"say": "Hello {person.name}"}]}


def script() -> Script:
    playbook = playbook_of(
        expect=EXPECT, bots={"helper": {"role": "moderator", "rules": [RULE]}, "pupil": {"count": 3}}
    )
    specs = plan(playbook, provider=PROVIDER, room_id="main", starts_at=START)
    expected = expectations_of(playbook, session_times(playbook, START))
    return Script(specs=specs, expected=expected, start_within_s=60, room={"name": "x"})


def test_a_script_is_taken_back_as_it_was() -> None:
    other = Provider("http://127.0.0.1:2", "other", "another-key")
    back = Script.unpacked(script().packed(), other, room_id="another room")
    moved = tuple(replace(spec, provider=other, room_id="another room") for spec in script().specs)
    assert replace(script(), specs=moved) == back


def test_the_key_of_the_provider_is_not_kept() -> None:
    bare = Script.unpacked(script().packed(), Provider("", "", ""), room_id="main")
    assert PROVIDER.app_key not in "".join(spec.to_json() for spec in bare.specs)


@pytest.mark.parametrize("text", ["", "no base64!", "bm90IHppcHBlZA==", script().packed()[:-8]])
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(JournalError, match="the plan of lesson cannot be read"):
        Script.of(cast("OpenSession", opened(plan=text)), PROVIDER)


def opened(*, plan: str = "", **pasts: Past) -> Any:
    """As much of an open session as a script looks at."""
    record = SessionRecord(
        id="lesson", playbook="Demo", file="/d.yaml", entry="lesson", starts_at=START,
        ends_at=START + timedelta(minutes=50), plan=plan,
    )  # fmt: skip

    class Opened:
        pass

    found = Opened()
    found.record, found.pasts = record, pasts  # type: ignore[attr-defined]
    return found


def test_a_session_that_had_not_begun_starts_late_up_to_its_limit() -> None:
    late = START + timedelta(seconds=60)
    script().check_start(opened(), late)
    script().check_start(opened(helper=Past(state="waiting")), late)
    with pytest.raises(StartMissed, match="was missed by 61 s; it may be 60 s late"):
        script().check_start(opened(), late + timedelta(seconds=1))


def test_a_session_that_had_begun_goes_on_however_late_it_is() -> None:
    script().check_start(opened(helper=Past(state="in")), START + timedelta(minutes=40))
