"""Synthetic people: planned from a seed, in the shares that were asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from bots.simulation import Habits, PersonPlan, plan_people

START = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
END = START + timedelta(minutes=50)


def people(
    number: int, *, seed: str = "1", late: float = 0.1, drop: float = 0.05, ignore: float = 0.1
) -> tuple[PersonPlan, ...]:
    habits = Habits(people=number, late=late, drop=drop, ignore_invites=ignore)
    return plan_people(habits, seed=seed, starts_at=START, ends_at=END)


def test_one_seed_gives_the_same_people_and_another_gives_others() -> None:
    assert people(40) == people(40)
    assert people(40) != people(40, seed="2")


def test_one_more_person_changes_nobody_else() -> None:
    assert people(30) == people(31)[:30]


def test_everybody_has_an_id_and_a_name_of_their_own() -> None:
    crowd = people(60)
    assert 60 == len({one.id for one in crowd})
    assert 60 == len({one.name for one in crowd})


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5])
def test_shares_are_kept_within_what_chance_does(share: float) -> None:
    crowd = people(1000, late=share, drop=share, ignore=share)
    assert share == pytest.approx(sum(one.is_late for one in crowd) / 1000, abs=0.05)
    assert share == pytest.approx(sum(one.drop is not None for one in crowd) / 1000, abs=0.05)
    assert share == pytest.approx(sum(one.invites == "ignore" for one in crowd) / 1000, abs=0.05)


def test_who_is_on_time_comes_around_the_start_and_who_is_late_in_the_lesson() -> None:
    for one in people(300):
        if one.arrives_at is None:
            continue
        after_s = (one.arrives_at - START).total_seconds()
        assert (150 <= after_s <= 1200) if one.is_late else (-90 <= after_s <= 15)


def test_some_stay_away_refuse_write_and_come_back_under_another_name() -> None:
    crowd = people(300, drop=0.5)
    assert any(one.arrives_at is None for one in crowd)
    assert any(one.invites == "reject" for one in crowd)
    assert any(one.chats for one in crowd)
    assert any(one.drop is not None and one.drop.name != one.name for one in crowd)


@pytest.mark.parametrize("wrong", [{"people": -1}, {"late": 1.1}, {"drop": -0.1}, {"ignore_invites": 2.0}])
def test_impossible_habits_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="shares"):
        Habits(**wrong)  # type: ignore[arg-type]
