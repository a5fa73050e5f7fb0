"""When a bot leaves by itself."""

from bots.bot import LeaveRule
from bots.bot.place.departure import Departure
from bots.bot.rules.facts import Person

ME = Person(client_id="me", is_bot=True, is_me=True)
BOT = Person(client_id="bot", is_bot=True)
ANA = Person(client_id="ana")


def test_without_a_rule_never() -> None:
    assert None is Departure(LeaveRule(), 0.0).leave_at((ME,), 100.0)


def test_alone_counts_from_the_moment_the_last_one_left() -> None:
    departure = Departure(LeaveRule(alone_s=30), 0.0)
    assert None is departure.leave_at((ME, ANA), 10.0)
    assert 50.0 == departure.leave_at((ME,), 20.0)
    assert 50.0 == departure.leave_at((ME,), 40.0)
    assert None is departure.leave_at((ME, BOT), 45.0)
    assert 76.0 == departure.leave_at((ME,), 46.0)


def test_among_bots_only_counts_bots_as_nobody() -> None:
    departure = Departure(LeaveRule(only_bots_s=30), 0.0)
    assert 35.0 == departure.leave_at((ME, BOT), 5.0)
    assert None is departure.leave_at((ME, BOT, ANA), 10.0)


def test_the_earliest_of_several_limits_counts() -> None:
    departure = Departure(LeaveRule(alone_s=30, after_s=60), 100.0)
    assert 160.0 == departure.leave_at((ME, ANA), 110.0)
    assert 145.0 == departure.leave_at((ME,), 115.0)
