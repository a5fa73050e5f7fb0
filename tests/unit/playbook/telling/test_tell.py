"""A lesson in plain English: every step has its words, every part is told, a change is told for the class."""

from pathlib import Path

import pytest

from bots.playbook import STEPS, examine_file, explain, read
from bots.playbook.telling.step_words import step_words
from bots.playbook.telling.trigger_words import trigger_words
from bots.playbook.telling.words import moment, spoken
from tests.unit.playbook.texts import EVERYTHING, with_bot, with_rule, with_step

PLAYBOOKS = sorted(
    path for path in (Path(__file__).parents[4] / "playbooks").glob("*.yaml") if ".test" not in path.suffixes
)


def told(step: str) -> str:
    rotation = "rotations: {talk: {group_size: 4, rounds: 3, round_length: 8m}}"
    playbook = read(with_step(step) + f"steps: {{greet: [unmute]}}\n{rotation}\n")
    return step_words(playbook.bots["helper"].rules[0].steps[0], playbook)


WORDS = {
    "{say: Hi}": "writes “Hi” in the chat",
    "{say: {text: Hi, to: [person, pupil]}}": (
        "writes “Hi” to the person who caused this and all 3 copies of pupil in the chat"
    ),
    "{play: {file: bell, volume: 50%, loop: true}}": "plays the sound bell (at 50% of its loudness, again and again)",
    "{play: {file: bell, if_playing: replace}}": "plays the sound bell, in place of what it plays",
    "{play: {file: bell, if_playing: mix}}": "plays the sound bell, over what it plays",
    "{say: {text: Hello, aloud: true}}": "writes “Hello” in the chat and says it aloud",
    "{say: {text: Hello, aloud: true, if_playing: mix}}": (
        "writes “Hello” in the chat and says it aloud, over what it plays"
    ),
    "stop": "stops the sound",
    "{stop: bell}": "stops the sound bell",
    "{wait: 90s}": "waits 1 minute 30 seconds",
    "{wait_for: {until: count.away == 0, timeout: 5s}}": (
        "waits until nobody is in a breakout room any more, at most 5 seconds, and gives up if not"
    ),
    "{if: person.is_bot, then: [unmute], else: [{wait: 1s}]}": (
        "checks whether it is one of these bots, and if so unmutes itself; otherwise it waits 1 second"
    ),
    "{parallel: [[{wait: 1s}], [{log: hi}]]}": "at the same time waits 1 second and notes “hi” in the log",
    "{choose: [[unmute], [stop]]}": "does one of these by chance: unmutes itself; or stops the sound",
    "{choose: [{weight: 3, do: [unmute]}, []]}": (
        "does one of these by chance: unmutes itself (3 of 4); or does nothing (1 of 4)"
    ),
    "{repeat: {times: 3, do: [unmute]}}": "repeats 3 times (unmutes itself)",
    "{repeat: {every: 30s, until: end - 5m, do: [unmute]}}": (
        "repeats every 30 seconds, until 5 minutes before the end (unmutes itself)"
    ),
    "{repeat: {every: 30s, until: count.away == 0, do: [unmute]}}": (
        "repeats every 30 seconds, until nobody is in a breakout room any more (unmutes itself)"
    ),
    "{run: greet}": "does “greet”",
    "{breakouts: {open: [red, blue], capacity: 4}}": (
        "opens the breakout rooms red and blue for up to 4 people each"
    ),
    "{breakouts: {close: all}}": "closes all breakout rooms",
    "{invite: {people: pupil-01, to: red, force: true}}": "moves pupil-01 to red",
    "{rotate: talk}": "plays talk: 3 rounds of 8 minutes each in new groups of 4",
    "{steer: more 2m}": "steers the rotation: more 2m",
    "{rotate: {plan: talk, again: round-2}}": "opens the groups of round 2 of talk again, for 8 minutes",
    "accept": "accepts the invite",
    "reject": "rejects the invite",
    "call_back": "calls everybody back from the breakout rooms",
    "{mute: room}": "mutes everybody in the room",
    "{unmute: me}": "unmutes itself",
    "{leave: breakout}": "leaves the breakout room",
    "{drop: person}": "removes the person who caused this from the room",
    "{send_back: [pupil-01]}": "invites pupil-01 back to the breakout room they were in last",
    "{lock: room}": "locks the room",
    "{unlock: room}": "unlocks the room",
    "{admit: person}": "lets the person who caused this in",
    "{admit: everyone}": "lets everybody in who waits",
    "{deny: participants}": "turns all participants away who wait",
    "{floor: request}": "asks for the floor",
    "{floor: cancel}": "does not ask for the floor any more",
    "{floor: release}": "gives the floor back",
    "{floor: {grant: person}}": "gives the floor to the person who caused this",
    "{floor: {deny: everyone}}": "refuses the floor to everybody who asks for it",
    "{floor: {release: pupil-01}}": "takes the floor from pupil-01",
    "{floor: {invite: pupil-01}}": "offers the floor to pupil-01",
    "{floor: {cancel: pupil-01}}": "takes the offer of the floor to pupil-01 back",
    "{role: {moderator: person}}": "gives the person who caused this the role of a moderator",
    "{role: {hand_over: pupil-01}}": "makes pupil-01 the moderator instead of itself",
    "{join: red}": "goes into the breakout room red",
    "{record: start}": "has the room recorded",
    "{record: stop}": "ends the recording",
    "{extend: room}": "puts off the end of the room",
    "{pin: Ana}": "pins Ana",
    "{spotlight: {end: Ana}}": "takes Ana out of the spotlight",
    "{mode: lecture}": "makes the room a lecture",
    "{knock: \"on\"}": "has people wait to be let in",
    "{knock: off}": "has nobody wait to be let in any more",
    "{floor: open}": "opens the floor to everybody",
    "{floor: reject}": "rejects the offer of the floor",
    "{tell_teacher: Help}": "writes “Help” to the teachers in private",
    "{signal: break-time}": "sends all bots the signal “break-time”",
    "{save: people.csv}": "saves people.csv",
    "{log: hi}": "notes “hi” in the log",
}  # fmt: skip


@pytest.mark.parametrize("step", WORDS)
def test_a_step_is_told(step: str) -> None:
    assert WORDS[step] == told(step)


def test_every_step_of_the_language_is_among_them() -> None:
    written = " ".join(WORDS)
    assert [] == [name for name in STEPS if f"{{{name}:" not in written and f"{name} " not in f"{written} "]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{joined: first_time}", "somebody joins for the first time"),
        ("left", "somebody leaves"),
        ("waiting", "somebody waits to be let in"),
        ("{chat: help}", "somebody writes “help” in the chat"),
        ("{chat: {matches: ^a}}", "somebody writes something like /^a/ in the chat"),
        ("chat", "somebody writes in the chat"),
        ("invited", "the bot is invited to a breakout room"),
        ("breakout_joined", "somebody goes into a breakout room"),
        ("breakout_left", "somebody comes out of a breakout room"),
        ("{signal: tea}", "a bot sends the signal “tea”"),
        ("{every: 5m}", "another 5 minutes of the session have passed"),
        ("returned", "somebody who had left comes back"),
        ("invite_rejected", "somebody rejects an invite to a breakout room"),
        ("breakout_closed", "a breakout room is closed"),
        ("talking", "somebody begins to talk"),
        ("{silent: 30s}", "no person has talked for 30 seconds"),
        ("hand_raised", "somebody asks for the floor"),
        ("recording", "the room begins to be recorded"),
        ("{recording: stopped}", "the recording stops"),
        ("muted", "a moderator mutes the bot"),
    ],
)
def test_a_trigger_is_told(when: str, words: str) -> None:
    playbook = read(with_rule(f"{{when: {when}, do: [{{log: hi}}]}}"))
    assert words == trigger_words(playbook.bots["helper"].rules[0].when)


def test_times_are_told() -> None:
    playbook = read(
        with_bot("timeline: [{at: start + 8m, do: [unmute]}, {at: end, do: [unmute]}, {at: 10:15, do: [unmute]}]")
    )
    moments = [moment(entry.at) for entry in playbook.bots["helper"].timeline]
    assert ["8 minutes after the start", "at the end", "at 10:15"] == moments
    assert ["1 hour 1 second", "500 milliseconds", "no time"] == [spoken(one) for one in (3601, 0.5, 0)]


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.name)
def test_every_playbook_of_the_product_is_told(path: Path) -> None:
    playbook = examine_file(path).playbook
    assert playbook is not None
    text = explain(playbook)
    for heading in ("When and where", "Who comes", "Breakout invites", "What makes it a success"):
        assert f"\n{heading}\n" in text
    assert all(f"  {bot_id}" in text for bot_id in playbook.bots)


def test_coming_early_and_overlapping_are_told() -> None:
    entry = '{id: late, cron: "0 19 * * fri", length: 1h, join_early: 2m, if_still_running: restart}'
    text = explain(read(with_bot("role: moderator").replace("[{length: 50m}]", f"[{entry}]")))
    assert (
        "for 1 hour. Bots that do not say when they arrive come 2 minutes early. "
        "If the session before it still goes on, that one is ended for it."
    ) in text


def test_the_timeline_of_all_bots_is_told_in_the_order_of_time() -> None:
    text = explain(read(with_bot("timeline: [{at: end, do: [{log: b}]}, {at: start, do: [{log: a}]}]")))
    assert text.index("At the start, helper notes “a”") < text.index("At the end, helper notes “b”")


def test_an_answer_to_invites_is_told() -> None:
    text = explain(read(with_bot("invites: [{from: start + 3m, until: end, accept: 90%, after: 2s..4s}]")))
    assert (
        "helper accepts invites (90% of them, and ignores the others) from 3 minutes after the start until the end, "
        "2 seconds to 4 seconds after they came; ignores any other invite."
    ) in text


def test_drops_and_bursts_of_talk_are_told() -> None:
    text = explain(read(with_bot("microphone: {file: bell, talks: 20%}\ndrops: {chance: 5%, every: 10m}")))
    assert "From then on it plays bell in bursts, 20% of the time." in text
    assert (
        "In every 10 minutes its connection drops with a chance of 5%, and is back after 5 seconds to 20 seconds"
    ) in text


def test_everything_can_be_told() -> None:
    assert explain(read(EVERYTHING)) == explain(read(EVERYTHING))
