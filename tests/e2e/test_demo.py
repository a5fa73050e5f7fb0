"""The demo: nine bots, two breakout rooms, everybody heard and back; told line by line."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e.program import Ended, Event, Program, fields

LOST_PACKETS = 2  # of a sound; loopback on a busy machine
WENT = {"ana", "ben", "late", "pupil-01", "pupil-02", "pupil-03"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The demo from start to end, run once."""
    folder: Path = tmp_path_factory.mktemp("demo")
    program = Program("run", "playbooks/demo.yaml", "--log-format", "json", folder=folder)
    try:
        return program.end(limit_s=90)
    finally:
        program.close()


def only(events: tuple[Event, ...]) -> Event:
    [event] = events
    return event


def places(demo: Ended, name: str) -> list[int]:
    """The line numbers of an event."""
    return [number for number, event in enumerate(demo.log) if event["event"] == name]


def test_the_demo_succeeds_within_a_minute(demo: Ended) -> None:
    assert 0 == demo.code, demo.err
    assert demo.duration_s < 60


def test_it_succeeds_on_the_event_loop_of_asyncio_too(tmp_path: Path) -> None:
    """As for whoever has not installed uvloop, which the other tests run on."""
    (tmp_path / "uvloop.py").write_text("raise ImportError\n", encoding="utf-8")
    environment = {"PYTHONPATH": str(tmp_path)}
    programs = [
        Program(*words, folder=tmp_path, environment=environment)
        for words in (["doctor"], ["run", "playbooks/demo.yaml", "--workers", "2"])
    ]
    try:
        doctor, demo = (program.end(limit_s=90) for program in programs)
    finally:
        for program in programs:
            program.close()
    assert ["event loop", "asyncio"] in [
        line.split(maxsplit=1)[1].rsplit(maxsplit=1) for line in doctor.out.splitlines()
    ]
    assert 0 == demo.code, demo.err


def test_nothing_but_the_log_is_written(demo: Ended) -> None:
    assert "" == demo.err
    assert demo.out.endswith("\n")


def test_every_line_is_an_object_with_instant_level_and_event(demo: Ended) -> None:
    for line in demo.out.splitlines():
        event = fields(line)
        assert ["timestamp", "level", "event"] == list(event)[:3], line
        assert datetime.fromisoformat(event["timestamp"]).utcoffset() is not None, line
        assert "info" == event["level"], line
        assert event["event"].replace("_", "").isalpha(), line


def test_instants_never_go_back(demo: Ended) -> None:
    instants = [event["timestamp"] for event in demo.log]
    assert sorted(instants) == instants


def test_the_log_begins_and_ends_with_the_session(demo: Ended) -> None:
    beginning = [event["event"] for event in demo.log[:3]]
    assert ["playbook_loaded", "load_measured", "session_started"] == beginning
    assert [len(demo.log) - 1] == places(demo, "session_finished")
    assert places(demo, "session_started")[0] < min(places(demo, "room_joined"))
    assert 9 == len(places(demo, "room_joined")) == len(places(demo, "room_left"))


def test_every_event_of_the_session_names_it(demo: Ended) -> None:
    names = {event.get("session") for event in demo.log if event["event"] != "playbook_loaded"}
    assert {only(demo.events("session_started"))["session"]} == names


def test_who_accepts_an_invite_joins_the_breakout_it_was_invited_to(demo: Ended) -> None:
    accepted = demo.events("invite_accepted")
    assert WENT == {event["bot"] for event in accepted}
    assert 6 == len(accepted)
    for invite in accepted:
        told = [
            event["event"]
            for event in demo.log
            if event.get("bot") == invite["bot"] and event.get("breakout_id") == invite["breakout_id"]
        ]
        steps = [name for name in told if name in ("invite_received", "invite_accepted", "breakout_joined")]
        assert ["invite_received", "invite_accepted", "breakout_joined"] == steps
        assert "breakout_left" == told[-1]


def test_each_breakout_room_gets_the_people_it_was_opened_for(demo: Ended) -> None:
    joined = {(event["bot"], event["breakout"]) for event in demo.events("breakout_joined")}
    assert {
        *(("ana", "red"), ("pupil-01", "red"), ("pupil-02", "red"), ("late", "red")),
        *(("ben", "blue"), ("pupil-03", "blue")),
    } == joined


def test_an_invite_before_its_window_is_kept_and_accepted_later(demo: Ended) -> None:
    kept = only(demo.events("invite_kept", bot="late"))
    accepted = only(demo.events("invite_accepted", bot="late"))
    assert accepted["waited_s"] >= 3
    assert kept["until"] <= accepted["timestamp"]
    assert only(demo.events("invite_accepted", bot="ana"))["waited_s"] < 1


def test_who_refuses_or_ignores_stays_in_the_parent(demo: Ended) -> None:
    assert "blue" == only(demo.events("invite_rejected"))["breakout"]
    assert "refuser" == only(demo.events("invite_rejected"))["bot"]
    assert "dreamer" == only(demo.events("invite_ignored"))["bot"]
    assert {"refuser", "dreamer"}.isdisjoint(event["bot"] for event in demo.events("breakout_joined"))


def test_every_sound_is_sent_delivered_and_heard(demo: Ended) -> None:
    finished = demo.events("audio_finished")
    assert {event["play"] for event in demo.events("audio_started")} == {event["play"] for event in finished}
    assert {"welcome", "good-morning", "red-room", "blue-room", "bell", "goodbye"} == {
        event["clip"] for event in finished
    }
    for sound in finished:
        assert "finished" == sound["outcome"], sound
        assert sound["packets"] > 0, sound
        assert sound["packets"] - LOST_PACKETS <= sound["delivered"] <= sound["packets"], sound
        assert sound["heard"] is True, sound


def test_no_step_and_no_run_fails(demo: Ended) -> None:
    assert {"finished"} == {event["outcome"] for event in demo.events("step_finished")}
    runs = {event["outcome"] for event in demo.events("run_finished")}
    assert runs <= {"finished", "condition_false", "already_running"}
    assert () == demo.events("bot_failed") == demo.events("breakout_failed") == demo.events("library_logged")


def test_the_session_finishes_with_every_expectation_met(demo: Ended) -> None:
    end = only(demo.events("session_finished"))
    assert "finished" == end["outcome"]
    assert end["reason"] is None
    assert [] == end["errors"]
    assert (9, 9) == (end["bots"], end["joined"])
    assert 11 == len(end["expect"])
    assert [] == [one for one in end["expect"] if one["is_met"] is not True]


def test_no_credential_is_in_the_log(demo: Ended) -> None:
    assert "eyJ" not in demo.out
    assert "app_key" not in demo.out
