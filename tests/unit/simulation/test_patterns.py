"""The playbooks of the patterns, each a whole lesson in virtual time: do their groups follow each other as they say?"""

import json
import sys
from io import StringIO
from itertools import combinations
from pathlib import Path

import pytest

from bots.log import configure
from bots.playbook import lint, load
from bots.simulation import Habits, scenario_of

FOLDER = Path(__file__).parents[3] / "playbooks"
Groups = dict[str, set[str]]


def rounds_of(name: str, people: int = 24) -> list[Groups]:
    """The groups of every round, of people who all come and go along."""
    playbook = load(FOLDER / f"{name}.yaml", environment={"ROOM": "simulated"}, inputs={})
    scenario = scenario_of(playbook, habits=Habits(people=people, late=0, drop=0, ignore_invites=0))
    out = StringIO()
    configure("json", out, now=scenario.clock.now)
    try:
        result = scenario.run()
    finally:
        configure("json", sys.stderr)
    assert ("finished", 0) == (result.outcome, result.counts["errors"])
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert 1 == sum(line["event"] == "rotation_ended" for line in lines)
    return [
        {group: set(members) for group, members in line["groups"].items()}
        for line in lines
        if line["event"] == "round_started"
    ]


def pairs(groups: Groups) -> set[frozenset[str]]:
    return {frozenset(pair) for group in groups.values() for pair in combinations(sorted(group), 2)}


@pytest.mark.parametrize("name", ["mix", "fixed", "pairs", "jigsaw", "carousel", "rotation-rehearsal"])
def test_a_playbook_has_no_problems(name: str) -> None:
    assert [] == lint(FOLDER / f"{name}.yaml")


def test_mix_brings_nobody_together_twice() -> None:
    one, two, three = map(pairs, rounds_of("mix"))
    assert (set(), set(), set()) == (one & two, one & three, two & three)


def test_pairs_have_seven_partners() -> None:
    rounds = rounds_of("pairs")
    assert 7 == len(rounds)
    assert len(set.union(*map(pairs, rounds))) == sum(len(pairs(groups)) for groups in rounds)


def test_fixed_groups_are_those_of_the_playbook_in_every_round() -> None:
    one, two = rounds_of("fixed")
    assert list(one.values()) == list(two.values())
    assert any({"elena.s", "felix.m", "gema.r", "hugo.s"} >= group for group in one.values())


def test_in_a_jigsaw_no_two_of_a_home_group_are_experts_together_and_all_come_home() -> None:
    home, experts, again = rounds_of("jigsaw")
    assert set() == pairs(home) & pairs(experts)
    assert pairs(home) == pairs(again)


def test_in_a_carousel_groups_stay_together_and_guides_stay_where_they_are() -> None:
    rounds = rounds_of("carousel", 19)
    guides = {"guide.water", "guide.light", "guide.sound"}
    walking = [{frozenset(group - guides) for group in groups.values()} for groups in rounds]
    assert all(walking[0] == groups for groups in walking)
    here = {person for group in rounds[0].values() for person in group}
    for guide in guides & here:
        assert 1 == len({name for groups in rounds for name, group in groups.items() if guide in group})
