"""Music makes way for people who talk where the bot is, and comes back when they have been quiet for a second."""

import pytest
from structlog.testing import capture_logs

from bots.bot import ClipPlay, InviteWindow
from bots.bot.sound.ducking import DOWN_S, DUCKED_GAIN, HOLD_S, UP_S
from bots.room import BreakoutInvite, Participant, SpeechChanged
from tests.fakes.room import FakePlayback
from tests.unit.bot.stage import ANA, Stage, on_stage, spec_of, timeline

MUSIC = ClipPlay(name="lobby", path="lobby.ogg", is_looped=True, is_ducked=True)
PUPIL = Participant(client_id="c-p1", name="Pupil 01", user_ref="pupil-01")


async def talk(stage: Stage, *client_ids: str) -> None:
    stage.room.push(SpeechChanged(client_ids))
    await stage.pass_s()


def playbacks(stage: Stage) -> list[FakePlayback]:
    assert stage.room.outgoing is not None
    return stage.room.outgoing.playbacks


async def test_music_goes_down_while_a_person_talks_and_up_after_a_second_of_quiet() -> None:
    with capture_logs() as logs:
        async with on_stage(spec_of(microphone=MUSIC), ANA) as stage:
            await stage.pass_s(5)
            await talk(stage, "c-ana")
            await stage.pass_s(4)
            await talk(stage)
            await stage.pass_s(HOLD_S / 2)
            assert [(5.0, DUCKED_GAIN, DOWN_S)] == playbacks(stage)[0].gains
            await stage.pass_s(HOLD_S)
            assert [(5.0, DUCKED_GAIN, DOWN_S), (10.0, 1.0, UP_S)] == playbacks(stage)[0].gains
    ducked = [(line["clip"], line["gain"]) for line in logs if line["event"] == "audio_ducked"]
    assert [("lobby", DUCKED_GAIN), ("lobby", 1.0)] == ducked


async def test_a_pause_for_breath_does_not_bring_the_music_up() -> None:
    async with on_stage(spec_of(microphone=MUSIC), ANA) as stage:
        await stage.pass_s(1)
        for _ in range(3):
            await talk(stage, "c-ana")
            await stage.pass_s(2)
            await talk(stage)
            await stage.pass_s(HOLD_S * 0.9)
        assert [DUCKED_GAIN] == [gain for _, gain, _ in playbacks(stage)[0].gains]


@pytest.mark.parametrize(("talker", "microphone"), [
    ("c-p1", MUSIC), ("me", MUSIC), ("c-ana", ClipPlay(name="lobby", path="lobby.ogg", is_looped=True)),
], ids=["a-bot-talks", "it-talks-itself", "not-asked-for"])  # fmt: skip
async def test_nothing_goes_down_otherwise(talker: str, microphone: ClipPlay) -> None:
    async with on_stage(spec_of(microphone=microphone), ANA, PUPIL) as stage:
        await stage.pass_s(1)
        await talk(stage, talker)
        await stage.pass_s(5)
        assert [] == playbacks(stage)[0].gains


async def test_what_begins_while_a_person_talks_begins_below_the_voice() -> None:
    async with on_stage(spec_of(microphone=MUSIC, timeline=(timeline(3, {"play": "bell.wav"}),)), ANA) as stage:
        await talk(stage, "c-ana")
        await stage.pass_s(6)
        music, bell, again = playbacks(stage)
        assert [DUCKED_GAIN] == [gain for _, gain, _ in music.gains]
        assert [] == bell.gains
        assert [(0.0, DUCKED_GAIN, 0.0)] == again.gains


async def test_talk_that_comes_in_bursts_makes_way_too() -> None:
    chatter = ClipPlay(name="chatter", path="chatter.ogg", is_looped=True, talks=0.5, is_ducked=True)
    async with on_stage(spec_of(microphone=chatter), ANA) as stage:
        while not playbacks(stage):
            await stage.pass_s(0.1)
        await talk(stage, "c-ana")
        while len(playbacks(stage)) < 2:
            await stage.pass_s(0.1)
        assert [[DUCKED_GAIN], [DUCKED_GAIN]] == [[gain for _, gain, _ in one.gains] for one in playbacks(stage)]


async def test_in_another_room_the_talk_of_the_one_before_does_not_count() -> None:
    always = InviteWindow(is_otherwise=True, then="accept")
    async with on_stage(spec_of(microphone=MUSIC, invites=(always,)), ANA) as stage:
        await talk(stage, "c-ana")
        stage.room.push(BreakoutInvite("red", "Red"))
        await stage.pass_s(HOLD_S * 2)
        assert stage.room.breakout is not None
        inside = stage.room.breakout.outgoing
        assert inside is not None
        assert [DUCKED_GAIN, 1.0] == [gain for _, gain, _ in inside.playbacks[0].gains]


def test_only_a_bot_whose_sound_makes_way_asks_who_talks() -> None:
    assert spec_of(microphone=MUSIC).watches_talk
    assert not spec_of(microphone=ClipPlay(name="lobby", path="lobby.ogg")).watches_talk
