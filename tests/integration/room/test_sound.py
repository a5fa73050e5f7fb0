"""Sound from one bot to another through the server: played, delivered, heard; and silence where it must be silent."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from bench.reconnect.proxy import FaultProxy
from bots.media import Clip
from bots.room import ComeBack, ConnectionRestored, Room, SpeechChanged
from tests.integration.room.conftest import RATE_HZ, House, Person, clip_of

LOUD = 500.0  # root mean square of int16 samples; the tone has about 8 000


@pytest.fixture
async def tone(tmp_path: Path) -> Clip:
    """One second of 440 Hz."""
    wave = 12_000 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ)
    return await clip_of(wave, tmp_path / "tone.wav")


async def play(room: Room, tone: Clip) -> int:
    """Play to the end; returns how many packets left."""
    assert room.outgoing is not None
    played = await asyncio.wait_for(room.outgoing.play(tone).wait(), 5)
    assert "finished" == played.outcome
    return played.packets


def loudness(room: Room, since_s: float) -> float:
    """Root mean square of what was heard in the loudest slot since then."""
    now_s = asyncio.get_running_loop().time()
    heard = [one.samples(since_s, now_s).astype(np.float64) for one in room.incoming.values()]
    return max((float(np.sqrt(np.mean(samples**2))) for samples in heard if samples.size), default=0.0)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.02)


async def test_what_one_bot_plays_is_delivered_and_another_hears_it(house: House, tone: Clip) -> None:
    speaker, listener = await house.join("Ravi"), await house.join("Lena", listen=True)
    began_s = asyncio.get_running_loop().time()
    assert len(tone.packets) == await play(speaker.room, tone)
    await until(lambda: loudness(listener.room, began_s) > LOUD)
    assert speaker.room.outgoing is not None
    await until(lambda: speaker.room.outgoing is not None and speaker.room.outgoing.delivery().has_report)
    assert 0 == speaker.room.outgoing.delivery().packets_lost
    assert "Ravi" in {talker.name for talker in listener.room.talkers}
    assert () == speaker.room.talkers


def speech(person: Person) -> list[tuple[str, ...]]:
    """Who talked, each time that somebody told this one."""
    return [event.client_ids for event in person.events if isinstance(event, SpeechChanged)]


async def test_who_asked_is_told_who_talks_and_when_they_stop(house: House, tone: Clip) -> None:
    speaker, listener = await house.join("Ravi"), await house.join("Lena", watch_talk=True)
    for _ in range(2):
        await play(speaker.room, tone)
        await until(lambda: speech(listener)[-1:] == [()])
    assert [(speaker.room.client_id,), ()] * 2 == speech(listener)
    assert [] == speech(speaker)


@pytest.mark.parametrize("by_moderator", [False, True])
async def test_a_muted_bot_is_not_heard(house: House, tone: Clip, by_moderator: bool) -> None:
    teacher = await house.join("Asha", "moderator")
    speaker, listener = await house.join("Ravi"), await house.join("Lena", listen=True)
    if by_moderator:
        await teacher.room.hard_mute(speaker.room.client_id)
        await speaker.until(lambda: speaker.room.is_muted)
    else:
        await speaker.room.mute()
    began_s = asyncio.get_running_loop().time()
    assert 0 == await play(speaker.room, tone)
    assert loudness(listener.room, began_s) < LOUD


async def test_sound_in_a_breakout_stays_in_it(house: House, tone: Clip) -> None:
    speaker, inside = await house.join("Ravi"), await house.join("Lena", listen=True)
    outside = await house.join("Omar", listen=True)
    await house.move_to_breakout(speaker, inside)
    assert speaker.room.breakout is not None
    assert inside.room.breakout is not None
    began_s = asyncio.get_running_loop().time()
    await play(speaker.room.breakout, tone)
    await until(lambda: inside.room.breakout is not None and loudness(inside.room.breakout, began_s) > LOUD)
    assert 0 == await play(speaker.room, tone)  # the parent is paused meanwhile
    assert loudness(outside.room, began_s) < LOUD


async def test_back_from_a_breakout_the_bot_is_heard_again(house: House, tone: Clip) -> None:
    speaker, listener = await house.join("Ravi"), await house.join("Lena", listen=True)
    await house.move_to_breakout(speaker)
    await speaker.room.leave_breakout()
    began_s = asyncio.get_running_loop().time()
    assert len(tone.packets) == await play(speaker.room, tone)
    await until(lambda: loudness(listener.room, began_s) > LOUD)


def silence_s(room: Room, since_s: float, until_s: float) -> float:
    """The longest silence in what was heard, by steps of 20 ms."""
    slots = [one.samples(since_s, until_s).astype(np.float64) for one in room.incoming.values()]
    heard = sum(slots, np.zeros_like(slots[0]))
    steps = heard[: len(heard) // 320 * 320].reshape(-1, 320)
    longest = run = 0
    for step in steps:
        run = run + 1 if np.sqrt(np.mean(step**2)) < LOUD / 5 else 0
        longest = max(longest, run)
    return longest * 0.02


async def test_a_sound_goes_on_without_a_gap_when_the_socket_is_cut(house: House, tone: Clip) -> None:
    async with FaultProxy(house.server.address) as proxy:

        async def fetch() -> str:
            return proxy.token(await house.token("Ravi"))

        come_back = ComeBack(fetch, Random(1))
        speaker = await house.join("Ravi", token=await fetch(), come_back=come_back)
        listener = await house.join("Lena", listen=True)
        assert speaker.room.outgoing is not None
        began_s = asyncio.get_running_loop().time()
        sound = long(tone, 4)
        playback = speaker.room.outgoing.play(sound)
        await until(lambda: loudness(listener.room, began_s) > LOUD)
        heard_s = asyncio.get_running_loop().time()
        [link] = proxy.links_of("Ravi")
        link.cut()
        played = await playback.wait()
        assert ("finished", len(sound.packets)) == (played.outcome, round(played.duration_s / 0.02))
        assert played.packets > 150
        assert [1] == [event.tries for event in speaker.events if isinstance(event, ConnectionRestored)]
        assert silence_s(listener.room, heard_s, began_s + 3.8) < 0.5


def long(tone: Clip, seconds: int) -> Clip:
    """The tone, over and over."""
    return replace(
        tone, duration_s=float(seconds), packets=tone.packets * seconds, levels=tone.levels * seconds,
        samples=np.tile(tone.samples, seconds),
    )  # fmt: skip
