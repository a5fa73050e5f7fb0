"""A sound that is mixed in: what plays goes on below it, and comes up again when it is over."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from bots.bot import ClipPlay, InviteWindow, PlayFinished
from bots.bot.sound.ducking import DOWN_S, DUCKED_GAIN, HOLD_S, UP_S
from bots.room import BreakoutInvite, SpeechChanged
from tests.unit.bot.stage import ANA, Stage, on_stage, spec_of, timeline

LOBBY = {"play": {"file": "lobby.ogg", "loop": True}}
CHATTER = ClipPlay(name="chatter", path="chatter.ogg", is_looped=True)


def mix(file: str) -> dict[str, Any]:
    return {"play": {"file": file, "if_playing": "mix"}}


def ended(stage: Stage) -> list[tuple[str, int, str]]:
    return [(one.clip.name, one.packets, one.outcome) for one in stage.told(PlayFinished)]


def played(stage: Stage) -> list[tuple[float, str, bool]]:
    assert stage.room.outgoing is not None
    return stage.room.outgoing.played


def gains(stage: Stage, number: int) -> list[tuple[float, float, float]]:
    assert stage.room.outgoing is not None
    return stage.room.outgoing.playbacks[number].gains


async def test_a_loop_goes_down_goes_on_and_comes_up_again() -> None:
    entries = (timeline(1, LOBBY), timeline(3, mix("bell.wav"), {"say": "after"}), timeline(8, {"stop": "audio"}))
    with capture_logs() as logs:
        async with on_stage(spec_of(timeline=entries)) as stage:
            await stage.pass_s(4.9)
            assert [] == stage.room.asked("say")
            await stage.pass_s(6)
            assert [(1.0, "lobby.ogg", True), (3.0, "bell.wav", False)] == played(stage)
            assert [("after", ())] == stage.room.asked("say")
            assert [(2.0, DUCKED_GAIN, DOWN_S), (4.0, 1.0, UP_S)] == gains(stage, 0)
            assert [] == gains(stage, 1)
            assert [("bell.wav", 100, "finished"), ("lobby.ogg", 350, "stopped")] == ended(stage)
    assert ["lobby.ogg", "bell.wav"] == [line["clip"] for line in logs if line["event"] == "audio_started"]
    ducked = [(line["clip"], line["gain"]) for line in logs if line["event"] == "audio_ducked"]
    assert [("lobby.ogg", DUCKED_GAIN), ("lobby.ogg", 1.0)] == ducked


async def test_a_clip_and_the_microphone_go_on_below_it_too() -> None:
    entries = (timeline(1, mix("a.wav")), timeline(4, {"play": "b.wav"}), timeline(5, mix("c.wav"), label="c"))
    async with on_stage(spec_of(microphone=CHATTER, timeline=entries)) as stage:
        await stage.pass_s(10)
        names = [name for _, name, _ in played(stage)]
        assert ["chatter.ogg", "a.wav", "b.wav", "c.wav", "chatter.ogg"] == names
        assert [(1.0, DUCKED_GAIN, DOWN_S), (3.0, 1.0, UP_S)] == gains(stage, 0)
        assert [(1.0, DUCKED_GAIN, DOWN_S)] == gains(stage, 2)
        assert [(0.0, DUCKED_GAIN, 0.0), (1.0, 1.0, UP_S)] == gains(stage, 4), "it came back below c.wav"


async def test_over_nothing_it_is_a_plain_sound() -> None:
    async with on_stage(spec_of(timeline=(timeline(1, mix("bell.wav")),))) as stage:
        await stage.pass_s(6)
        assert [(1.0, "bell.wav", False)] == played(stage)
        assert ([], [("bell.wav", 100, "finished")]) == (gains(stage, 0), ended(stage))


async def test_one_waits_for_another_that_is_mixed_in_and_a_plain_clip_for_both() -> None:
    entries = (
        timeline(1, LOBBY),
        timeline(2, mix("a.wav"), label="a"),
        timeline(2.5, mix("b.wav"), label="b"),
        timeline(3, {"play": "c.wav"}, label="c"),
    )
    async with on_stage(spec_of(timeline=entries)) as stage:
        await stage.pass_s(12)
        begun = [(1.0, "lobby.ogg", True), (2.0, "a.wav", False), (4.0, "b.wav", False), (6.0, "c.wav", False)]
        assert begun == played(stage)
        assert ("lobby.ogg", 250, "stopped") in ended(stage)


async def test_each_of_two_is_stopped_by_its_name() -> None:
    entries = (
        timeline(1, LOBBY),
        timeline(2, mix("bell.wav"), label="bell"),
        timeline(3, {"stop": "bell.wav"}, label="stop bell"),
        timeline(4, mix("bell.wav"), label="again"),
        timeline(5, {"stop": "lobby.ogg"}, label="stop lobby"),
        timeline(5.5, {"stop": "other.ogg"}, label="stop nothing"),
    )
    async with on_stage(spec_of(timeline=entries)) as stage:
        await stage.pass_s(12)
        assert [
            ("bell.wav", 50, "stopped"), ("lobby.ogg", 200, "stopped"), ("bell.wav", 100, "finished"),
        ] == ended(stage)  # fmt: skip


@pytest.mark.parametrize("end", [{"stop": "audio"}, {"play": {"file": "c.wav", "if_playing": "replace"}}])
async def test_both_are_ended_by_what_ends_everything(end: dict[str, Any]) -> None:
    entries = (
        timeline(1, {"play": "a.wav"}, label="a"),
        timeline(1.5, mix("b.wav"), label="b"),
        timeline(1.6, mix("waits.wav"), label="waits"),
        timeline(2, end, label="end"),
    )
    async with on_stage(spec_of(timeline=entries)) as stage:
        await stage.pass_s(12)
        assert [("a.wav", 50, "stopped"), ("b.wav", 25, "stopped")] == sorted(ended(stage)[:2])
        assert ("waits.wav" in [name for _, name, _ in played(stage)]) == ("stop" in end)


async def test_what_is_said_aloud_goes_over_the_music() -> None:
    speak = {"say": {"text": "Two minutes", "aloud": True, "if_playing": "mix"}}
    async with on_stage(spec_of(timeline=(timeline(1, LOBBY), timeline(3, speak)))) as stage:
        await stage.pass_s(8)
        assert stage.room.outgoing is not None
        assert ["speech:espeak-ng:en:Two minutes"] == stage.room.outgoing.over
        assert [(2.0, DUCKED_GAIN, DOWN_S), (4.0, 1.0, UP_S)] == gains(stage, 0)


async def test_music_that_makes_way_for_people_comes_up_when_neither_is_heard_any_more() -> None:
    music = ClipPlay(name="lobby", path="lobby.ogg", is_looped=True, is_ducked=True)
    async with on_stage(spec_of(microphone=music, timeline=(timeline(1, mix("bell.wav")),)), ANA) as stage:
        await stage.pass_s(2)
        stage.room.push(SpeechChanged(("c-ana",)))
        await stage.pass_s(3)
        assert [(1.0, DUCKED_GAIN, DOWN_S)] == gains(stage, 0)
        stage.room.push(SpeechChanged(()))
        await stage.pass_s(HOLD_S * 2)
        assert [(1.0, DUCKED_GAIN, DOWN_S), (5.0 + HOLD_S, 1.0, UP_S)] == gains(stage, 0)


async def test_in_a_breakout_it_is_heard_over_what_plays_there() -> None:
    always = InviteWindow(is_otherwise=True, then="accept")
    spec = spec_of(microphone=CHATTER, invites=(always,), timeline=(timeline(5, mix("bell.wav")),))
    async with on_stage(spec) as stage:
        stage.room.push(BreakoutInvite("red", "Red"))
        await stage.pass_s(10)
        assert stage.room.breakout is not None
        inside = stage.room.breakout.outgoing
        assert inside is not None
        assert ["bell.wav"] == inside.over
        assert [DUCKED_GAIN, 1.0] == [gain for _, gain, _ in inside.playbacks[0].gains]
        assert [] == gains(stage, 0)
