"""Which room a sound that had to wait is heard in: the one the bot is in when its turn comes."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from bots.bot import InviteWindow, PlayFinished
from bots.room import BreakoutInvite
from tests.unit.bot.stage import Stage, on_stage, spec_of, timeline

GOES_IN = (InviteWindow(),)


def names(stage: Stage) -> tuple[list[str], list[str]]:
    """What was played in the parent, and in the breakout."""
    inside = stage.room.breakout
    assert stage.room.outgoing is not None
    return (
        [name for _, name, _ in stage.room.outgoing.played],
        [name for _, name, _ in inside.outgoing.played] if inside is not None and inside.outgoing is not None else [],
    )


@pytest.mark.parametrize("how", ["queue", "mix"])
async def test_a_sound_that_waits_while_the_bot_goes_into_a_breakout_is_heard_there(how: str) -> None:
    second: dict[str, Any] = {"play": {"file": "b.wav", "if_playing": how}}
    first: dict[str, Any] = {"play": {"file": "a.wav", "if_playing": how}}
    entries = (timeline(1, first), timeline(1.5, second, {"say": "after"}))
    async with on_stage(spec_of(timeline=entries, invites=GOES_IN)) as stage:
        await stage.pass_s(2)
        stage.room.push(BreakoutInvite("br-7", "c-teacher"))
        await stage.pass_s(2)
        assert (["a.wav"], ["b.wav"]) == names(stage)
        await stage.pass_s(4)
        inside = stage.room.breakout
        assert inside is not None
        assert [("a.wav", "main", False), ("b.wav", "br-7", True)] == [
            (one.clip.name, one.room_id, one.is_breakout) for one in stage.told(PlayFinished)
        ]


async def test_a_sound_that_waits_when_the_breakout_ends_is_heard_in_the_parent() -> None:
    entries = (timeline(2, {"play": "a.wav"}), timeline(2.5, {"play": "b.wav"}))
    async with on_stage(spec_of(timeline=entries, invites=GOES_IN)) as stage:
        stage.room.push(BreakoutInvite("br-7", "c-teacher"))
        await stage.pass_s(3)
        assert ([], ["a.wav"]) == names(stage)
        await stage.room.leave_breakout()
        await stage.pass_s(1)
        assert ["b.wav"] == names(stage)[0]


async def test_a_bot_without_sound_in_the_breakout_says_so_when_its_turn_comes() -> None:
    entries = (timeline(1, {"play": "a.wav"}), timeline(1.5, {"play": "b.wav"}))
    windows = (InviteWindow(audio=False),)
    with capture_logs() as logs:
        async with on_stage(spec_of(timeline=entries, invites=windows)) as stage:
            await stage.pass_s(2)
            stage.room.push(BreakoutInvite("br-7", "c-teacher"))
            await stage.pass_s(4)
            assert (["a.wav"], []) == names(stage)
    assert "the bot publishes nothing in room br-7: it is there without audio" in str(logs)


async def test_what_is_replaced_in_the_room_it_has_come_into_is_not_heard() -> None:
    entries = (
        timeline(1, {"play": "a.wav"}),
        timeline(1.2, {"play": "b.wav"}),
        timeline(2.5, {"play": {"file": "c.wav", "if_playing": "replace"}}),
    )
    with capture_logs() as logs:
        async with on_stage(spec_of(timeline=entries, invites=GOES_IN)) as stage:
            await stage.pass_s(2)
            stage.room.push(BreakoutInvite("br-7", "c-teacher"))
            await stage.pass_s(8)
            assert (["a.wav"], ["c.wav"]) == names(stage)
    assert ["b.wav"] == [line["clip"] for line in logs if line["event"] == "audio_replaced"]
