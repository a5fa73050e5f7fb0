"""Where somebody went, when the message about it does not say."""

import pytest

from bots.room import BreakoutDestroyed, BreakoutInvited, BreakoutJoined, BreakoutLeft, RoomEvent
from bots.room.whereabouts import Whereabouts


def after(*events: RoomEvent) -> Whereabouts:
    whereabouts = Whereabouts()
    for event in events:
        whereabouts.complete(event)
    return whereabouts


def test_who_joins_is_where_the_last_invite_said() -> None:
    whereabouts = Whereabouts()
    whereabouts.invited("b-1", ["c-1", "c-2"])
    whereabouts.invited("b-2", ["c-2"])
    assert BreakoutJoined("c-1", "b-1") == whereabouts.complete(BreakoutJoined("c-1", ""))
    assert BreakoutJoined("c-2", "b-2") == whereabouts.complete(BreakoutJoined("c-2", ""))


def test_an_invite_of_another_moderator_counts_too() -> None:
    assert BreakoutJoined("c-1", "b-1") == after(BreakoutInvited("b-1", ("c-1",))).complete(BreakoutJoined("c-1", ""))


def test_who_leaves_leaves_where_they_were() -> None:
    whereabouts = after(BreakoutInvited("b-1", ("c-1",)), BreakoutJoined("c-1", ""), BreakoutInvited("b-2", ("c-1",)))
    assert BreakoutLeft("c-1", "b-1") == whereabouts.complete(BreakoutLeft("c-1", ""))
    assert BreakoutLeft("c-1", "") == whereabouts.complete(BreakoutLeft("c-1", ""))


def test_what_a_message_says_is_believed() -> None:
    whereabouts = after(BreakoutInvited("b-1", ("c-1",)))
    assert BreakoutJoined("c-1", "b-9", "moderator") == whereabouts.complete(BreakoutJoined("c-1", "b-9", "moderator"))
    assert BreakoutLeft("c-1", "b-8") == whereabouts.complete(BreakoutLeft("c-1", "b-8"))


@pytest.mark.parametrize("event", [BreakoutJoined("c-1", ""), BreakoutLeft("c-1", "")])
def test_nothing_is_known_of_a_breakout_that_is_over(event: RoomEvent) -> None:
    whereabouts = after(BreakoutInvited("b-1", ("c-1",)), BreakoutJoined("c-1", ""), BreakoutDestroyed("b-1"))
    assert event == whereabouts.complete(event)
