"""From a playbook to its bots."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from bots.bot import BotSpec, ClipPlay, InviteWindow, LeaveRule
from bots.errors import ConfigError
from bots.fleet import plan, session_label
from tests.unit.fleet.lesson import PROVIDER, START, playbook_of


def planned(only_bot: str | None = None, **values: Any) -> dict[str, BotSpec]:
    specs = plan(playbook_of(**values), provider=PROVIDER, room_id="main", starts_at=START, only_bot=only_bot)
    return {spec.id: spec for spec in specs}


def minutes(value: float) -> timedelta:
    return timedelta(minutes=value)


def test_every_copy_is_a_bot_of_its_own() -> None:
    specs = planned(bots={"helper": {"role": "moderator"}, "pupil": {"count": 3, "display_name": "Pupil {n:02}"}})
    assert [
        ("helper", "helper", 1),
        ("pupil-01", "Pupil 01", 1),
        ("pupil-02", "Pupil 02", 2),
        ("pupil-03", "Pupil 03", 3),
    ] == [(spec.id, spec.name, spec.number) for spec in specs.values()]
    assert {("helper", "pupil-01", "pupil-02", "pupil-03")} == {spec.bot_ids for spec in specs.values()}


def test_the_session_has_a_label_and_its_length() -> None:
    spec = planned()["helper"]
    assert ("Demo/lesson@2026-03-30T08:00Z", START, START + minutes(50)) == (spec.session, spec.starts_at, spec.ends_at)
    assert spec.session == session_label(playbook_of(), START)


def test_bots_that_do_not_say_when_they_arrive_join_early() -> None:
    schedule = [{"id": "lesson", "length": "50m", "join_early": "2m"}]
    bots = {
        "early": {},
        "late": {"arrive": {"at": "start"}},
        "first": {"timeline": [{"at": "start - 3m", "do": [{"wait": "1s"}]}]},
    }
    arrivals = {name: spec.arrives_at - START for name, spec in planned(schedule=schedule, bots=bots).items()}
    assert {"early": -minutes(2), "late": minutes(0), "first": -minutes(3)} == arrivals


def test_copies_arrive_over_a_time_each_in_its_own_slice_and_always_alike() -> None:
    bots = {"pupil": {"count": 20, "arrive": {"at": "start - 1m", "over": "60s"}}}
    arrivals = [spec.arrives_at for spec in planned(bots=bots).values()]
    assert START - minutes(1) == arrivals[0]
    assert all(earlier < later for earlier, later in pairwise(arrivals))
    assert arrivals[-1] < START
    assert arrivals == [spec.arrives_at for spec in planned(bots=bots).values()]
    assert arrivals != [spec.arrives_at for spec in planned(bots=bots, seed=8).values()]


@pytest.mark.parametrize(
    ("bot", "after_start_m"),
    [
        ({}, 0.0),
        ({"timeline": [{"at": "start + 8m", "do": [{"say": "hi"}]}]}, 0.0),
        ({"timeline": [{"at": "start - 2m", "do": [{"say": "hi"}]}]}, -2.0),
        ({"arrive": {"at": "start"}, "timeline": [{"at": "start - 2m", "do": [{"say": "hi"}]}]}, 0.0),
        ({"arrive": {"at": "10:05"}}, 5.0),
    ],
)
def test_a_bot_is_there_in_time_for_its_timeline_unless_it_says_when_it_comes(
    bot: dict[str, Any], after_start_m: float
) -> None:
    assert START + minutes(after_start_m) == planned(bots={"helper": bot})["helper"].arrives_at


def test_timeline_entries_have_instants_and_distinct_names() -> None:
    timeline = [{"at": moment, "do": [{"say": "hi"}]} for moment in ("start + 8m", "end - 5m", "10:15", "10:15")]
    entries = planned(bots={"helper": {"timeline": timeline}})["helper"].timeline
    assert [
        ("at start + 8m", START + minutes(8)),
        ("at end - 5m", START + minutes(45)),
        ("at 10:15", START + minutes(15)),
        ("at 10:15 #2", START + minutes(15)),
    ] == [(entry.id, entry.at) for entry in entries]


def test_rules_without_a_name_get_one() -> None:
    rules = [{"when": "joined", "do": [{"say": "hi"}]}, {"id": "bye", "when": "left", "do": [{"say": "bye"}]}]
    assert ["rule-1", "bye"] == [rule.id for rule in planned(bots={"helper": {"rules": rules}})["helper"].rules]


def test_invites_become_windows_and_otherwise_comes_last() -> None:
    invites = [
        {"from": "start + 3m", "until": "start + 40m", "accept": "90%", "after": "2s..12s"},
        {"otherwise": "reject"},
    ]
    windows = planned(bots={"pupil": {"invites": invites}})["pupil"].invites
    assert (
        InviteWindow(opens_at=START + minutes(3), closes_at=START + minutes(40), chance=0.9, after_s=(2.0, 12.0)),
        InviteWindow(then="reject", is_otherwise=True),
    ) == windows


def test_sounds_carry_the_settings_of_clip_and_step() -> None:
    step = {"play": {"file": "bell", "loop": True}}
    helper = {"microphone": "hum.ogg", "timeline": [{"at": "start", "do": [{"if": "true", "then": [step]}]}]}
    spec = planned(bots={"helper": helper}, audio={"bell": {"file": "bell.ogg", "volume": "50%"}})["helper"]
    assert [ClipPlay(name="bell", path="/sounds/bell.ogg", volume=0.5, is_looped=True)] == list(spec.sounds.values())
    assert ClipPlay(name="hum.ogg", path="/sounds/hum.ogg", is_looped=True) == spec.microphone


def test_a_bot_that_plays_nothing_needs_no_microphone_line() -> None:
    assert not planned()["helper"].publishes


def test_leave_when_is_carried_over() -> None:
    spec = planned(bots={"helper": {"leave_when": {"alone": "30s"}}})["helper"]
    assert LeaveRule(alone_s=30) == spec.leave


def test_the_first_moderator_reports_who_comes_and_goes() -> None:
    bots = {"pupil": {"count": 2}, "helper": {"role": "moderator"}}
    assert ["helper"] == [spec.id for spec in planned(bots=bots).values() if spec.reports_people]
    assert ["pupil-01"] == [spec.id for spec in planned(bots={"pupil": {"count": 2}}).values() if spec.reports_people]


def test_one_bot_can_be_picked_by_its_id_or_a_copys() -> None:
    assert ["pupil-01", "pupil-02", "pupil-03"] == list(planned("pupil"))
    assert ["pupil-02"] == list(planned("pupil-02"))
    with pytest.raises(ConfigError, match="helper, pupil"):
        planned("pupils")


def test_an_unknown_schedule_entry_is_an_error() -> None:
    with pytest.raises(ConfigError, match="lesson"):
        plan(playbook_of(), provider=PROVIDER, room_id="main", starts_at=START, session_id="lessons")


def test_a_spec_survives_json_and_hides_its_key_in_print() -> None:
    helper = {
        "role": "moderator",
        "invites": [{"room": "red*", "then": "reject"}],
        "timeline": [
            {"at": "start", "do": [{"play": "a.ogg"}, {"parallel": [[{"say": "{bot.id}"}], [{"wait": "5s"}]]}]}
        ],
        "rules": [{"when": {"chat": {"matches": "^!"}}, "if": "count.people > 2", "do": [{"call_back": "all"}]}],
    }
    spec = planned(bots={"helper": helper})["helper"]
    assert spec == BotSpec.from_json(spec.to_json())
    assert "very-secret-key" not in repr(spec)
