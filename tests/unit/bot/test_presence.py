"""What a bot knows of its rooms and people."""

from dataclasses import replace

import pytest

from bots.bot.place.presence import Presence
from bots.playbook import Counts
from bots.room import Joinee, Participant, StreamInfo
from tests.fakes.clock import FakeClock
from tests.fakes.room import FakeRoom

ME = Participant(client_id="me", name="Helper", role="moderator", user_ref="helper", is_me=True)
ANA = Participant(client_id="c-ana", name="Ana")
PUPIL = Participant(client_id="c-p1", name="Pupil", user_ref="pupil-01")


@pytest.fixture
def room() -> FakeRoom:
    return FakeRoom(FakeClock(), participants={one.client_id: one for one in (ME, ANA, PUPIL)})


@pytest.fixture
def presence(room: FakeRoom) -> Presence:
    presence = Presence("helper", ["helper", "pupil-01"])
    presence.enter(room)
    return presence


def test_bots_are_known_by_their_token_and_people_are_not(presence: Presence) -> None:
    assert [("Helper", True, True), ("Ana", False, False), ("Pupil", True, False)] == [
        (one.name, one.is_bot, one.is_me) for one in presence.people
    ]


def test_counts_are_of_the_parent_now(presence: Presence) -> None:
    presence.name_breakouts({"red": "b1", "blue": "b2"})
    presence.away.update({"c-ana": "b1", "gone": "b1"})
    assert Counts(participants=2, people=1, bots=2, moderators=1, breakouts=2, away=1) == presence.counts()


def test_a_closed_breakout_has_nobody_in_it_and_frees_its_name_but_is_still_called_so(presence: Presence) -> None:
    presence.name_breakouts({"red": "b1"})
    presence.away["c-ana"] = "b1"
    presence.forget_breakout("b1")
    assert ({}, {}, set(), "red") == (
        presence.breakout_names, presence.away, presence.open_breakouts, presence.breakout_name("b1"),
    )  # fmt: skip


def test_somebody_is_known_as_they_are_now_though_they_were_asked_for_before(
    presence: Presence, room: FakeRoom
) -> None:
    before = presence.person("c-ana")
    assert presence.person("c-ana") is before
    room.participants = {**room.participants, "c-ana": replace(ANA, role="moderator")}
    assert [None, "moderator"] == [one and one.role for one in (presence.person("c-luis"), presence.person("c-ana"))]


async def test_here_is_the_breakout_once_the_bot_is_wholly_in_it(presence: Presence, room: FakeRoom) -> None:
    breakout = await room.join_breakout(Joinee(room_id="b1"), StreamInfo())
    assert presence.here is room
    presence.enter_breakout()
    assert presence.here is breakout
    assert presence.room_with("b1") is breakout
    await room.leave_breakout()
    assert presence.here is room


def test_the_first_time_is_asked_once(presence: Presence) -> None:
    presence.saw([ANA])
    assert [False, True, False] == [presence.is_first_time(one) for one in (ANA, PUPIL, PUPIL)]


def test_without_a_reference_somebody_is_known_again_by_name(presence: Presence) -> None:
    presence.saw([ANA])
    assert not presence.is_first_time(Participant(client_id="c-other", name="ANA"))
