"""Which invite is accepted, rejected, ignored, kept or expired."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bots.bot.breakout.invites import InviteDecision, InviteWindow, decide_invite

START = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def decide(*windows: InviteWindow, at: datetime = START, name: str | None = "red", seed: int = 1) -> InviteDecision:
    return decide_invite(windows, at, room_id="br-7", room_name=name, rng=Random(seed))


WINDOW = InviteWindow(opens_at=after(3), closes_at=after(40))


def test_an_open_window_accepts_at_once() -> None:
    assert InviteDecision("accept", after(5), WINDOW) == decide(WINDOW, at=after(5))


def test_a_window_is_open_at_its_first_instant_and_closed_at_its_last() -> None:
    assert InviteDecision("accept", after(3), WINDOW) == decide(WINDOW, at=after(3))
    assert "expired" == decide(WINDOW, at=after(40)).action


def test_an_early_invite_is_kept_for_the_opening() -> None:
    assert InviteDecision("accept", after(3), WINDOW) == decide(WINDOW, at=after(1))


def test_an_early_invite_is_kept_even_when_there_is_an_otherwise() -> None:
    otherwise = InviteWindow(then="reject", is_otherwise=True)
    assert InviteDecision("accept", after(3), WINDOW) == decide(WINDOW, otherwise, at=after(1))


def test_a_late_invite_expires_unless_otherwise_says_what_to_do() -> None:
    assert InviteDecision("expired", after(50)) == decide(WINDOW, at=after(50))
    otherwise = InviteWindow(then="reject", is_otherwise=True)
    assert InviteDecision("reject", after(50), otherwise) == decide(WINDOW, otherwise, at=after(50))


def test_without_entries_an_invite_is_ignored() -> None:
    assert InviteDecision("ignore", START) == decide()


def test_the_first_open_window_wins() -> None:
    reject = InviteWindow(then="reject")
    assert "reject" == decide(reject, InviteWindow()).action


def test_an_open_window_further_down_beats_one_that_opens_later() -> None:
    assert InviteDecision("accept", START, InviteWindow()) == decide(WINDOW, InviteWindow())


def test_of_two_windows_to_come_the_earlier_opening_wins() -> None:
    later, sooner = InviteWindow(opens_at=after(9)), InviteWindow(opens_at=after(2), then="reject")
    assert InviteDecision("reject", after(2), sooner) == decide(later, sooner)


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("red", "red", "accept"),
        ("Red*", "red-2", "accept"),
        ("blue", "red", "ignore"),
        ("br-7", None, "accept"),
        ("red", None, "ignore"),
    ],
)
def test_a_room_pattern_fits_the_name_or_the_id(pattern: str, name: str | None, expected: str) -> None:
    assert expected == decide(InviteWindow(room=pattern), name=name).action


def test_a_delay_lies_in_its_range_and_is_the_same_for_the_same_seed() -> None:
    window = InviteWindow(after_s=(2.0, 12.0))
    first, again = decide(window, seed=7), decide(window, seed=7)
    assert timedelta(seconds=2) <= first.at - START <= timedelta(seconds=12)
    assert first == again


def test_an_answer_that_would_come_after_the_window_expires() -> None:
    window = InviteWindow(closes_at=after(1), after_s=(90.0, 90.0))
    assert "expired" == decide(window).action


def test_a_chance_is_kept_over_many_invites() -> None:
    window = InviteWindow(chance=0.9)
    accepted = sum(decide(window, seed=seed).action == "accept" for seed in range(2000))
    assert 1740 <= accepted <= 1860


def test_an_invite_that_loses_its_chance_is_ignored_whatever_comes_after() -> None:
    never, otherwise = InviteWindow(chance=0.0), InviteWindow(then="reject", is_otherwise=True)
    assert "ignore" == decide(never, otherwise).action
