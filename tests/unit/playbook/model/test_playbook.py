"""Playbooks as values: they survive JSON and pickling, and answer simple questions about themselves."""

import pickle

import pytest
from pydantic import ValidationError

from bots.playbook import Expectation, Instance, Microphone, Play, Playbook, Sound

CLASS = {
    "playbook": 1,
    "name": "Class",
    "timezone": "Europe/Madrid",
    "room": {"create": {"name": "Class"}},
    "schedule": [
        {"id": "lesson", "every": ["mon", "wed"], "at": "10:00", "length": "50m", "until": "2026-06-19"},
        {"id": "night", "cron": "0 22 * * fri", "length": "1h30m", "if_missed": {"start_within": "10m"}},
    ],
    "audio": {"bell": {"file": "bell.wav", "volume": "50%", "fade_out": "2s"}},
    "bots": {
        "helper": {
            "role": "moderator",
            "timeline": [{"at": "start + 8m", "do": [{"breakouts": {"open": ["red"]}}, {"play": "bell"}]}],
            "rules": [
                {
                    "when": {"joined": "first_time"},
                    "if": "not person.is_bot",
                    "do": [
                        {"if": "count.people > 3", "then": [{"say": "Hi {person.name}"}], "else": [{"wait": "5s"}]},
                        {"parallel": [[{"wait_for": {"when": "invited", "timeout": "20s"}}], [{"mute": "room"}]]},
                    ],
                }
            ],
        },
        "pupil": {
            "count": 12,
            "display_name": "Pupil {n:02}",
            "arrive": {"over": "60s"},
            "invites": [{"from": "start + 3m", "accept": "90%", "after": "2s..12s"}, {"otherwise": "reject"}],
        },
    },
    "expect": {"joined": 13, "heard": {"at_least": 3, "by": "start + 10s"}},
}


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return Playbook.model_validate(CLASS)


def test_a_playbook_comes_back_from_its_own_json_unchanged(playbook: Playbook) -> None:
    assert playbook == Playbook.model_validate_json(playbook.model_dump_json())


def test_a_playbook_comes_back_from_pickle_unchanged(playbook: Playbook) -> None:
    assert playbook == pickle.loads(pickle.dumps(playbook))


def test_a_playbook_cannot_be_changed(playbook: Playbook) -> None:
    with pytest.raises(ValidationError):
        playbook.name = "Other"


def test_one_copy_has_the_id_of_its_bot_and_several_are_numbered(playbook: Playbook) -> None:
    found = playbook.instances()
    assert Instance("helper", "helper", 1, "helper") == found[0]
    assert Instance("pupil-03", "pupil", 3, "Pupil 03") == found[3]
    assert 13 == len(found)


def test_a_step_overrides_what_its_clip_says(playbook: Playbook) -> None:
    assert Sound("bell.wav", volume=0.5, fade_out_s=2.0) == playbook.sound_of(Play(file="bell"))
    assert Sound("bell.wav", loop=True, fade_out_s=0.5) == playbook.sound_of(
        Play(file="bell", volume=1.0, loop=True, fade_out_s=0.5)
    )


def test_a_microphone_loops_unless_told_otherwise(playbook: Playbook) -> None:
    assert Sound("chatter.ogg", loop=True) == playbook.sound_of(Microphone(file="chatter.ogg"))
    assert Sound("chatter.ogg") == playbook.sound_of(Microphone(file="chatter.ogg", loop=False))


def test_the_first_schedule_entry_is_the_one_that_is_not_named(playbook: Playbook) -> None:
    assert 3000.0 == playbook.entry().length_s
    assert 5400.0 == playbook.entry("night").length_s


@pytest.mark.parametrize(
    ("expected", "expectation", "value"),
    [
        (True, {"equals": 3}, 3), (False, {"equals": 3}, 4),
        (True, {"at_least": 2, "at_most": 4}, 4),
        (False, {"at_least": 2, "at_most": 4}, 5), (False, {"at_least": 2}, 1),
    ],
)  # fmt: skip
def test_an_expectation_knows_whether_it_holds(expected: bool, expectation: dict[str, int], value: int) -> None:
    assert expected is Expectation.model_validate(expectation).holds(value)
