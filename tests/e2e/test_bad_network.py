"""Bots behind a network that loses, delays and reorders packets, and is cut: real namespaces, real packets."""

import pytest

from bench.network.__main__ import BAD, CUT, SOUND
from bench.network.link import missing
from bench.network.scene import scene
from tests.e2e.program import ROOT


@pytest.mark.skipif(bool(missing()), reason=missing() or "it can be made here")
async def test_bad_weather_costs_no_connection_and_a_cut_is_survived() -> None:
    async with scene(str(ROOT / SOUND)) as here:
        began_s = await here.endure(BAD, 8)
        for seen in (here.near, here.far):
            await here.until(lambda seen=seen: bool(seen.of("looked", began_s)), 30)
            assert [] == seen.of("lost"), "no reconnect"
            assert all(one["is_heard"] for one in seen.of("looked", began_s)), seen.lines
        cut_s = await here.endure(CUT, 8)
        await here.until(lambda: len(here.near.of("restored", cut_s)) >= len(here.near.of("lost", cut_s)) > 0, 60)
        assert here.near.of("restored", cut_s)
        mended_s = here.near.of("restored", cut_s)[-1]["at_s"]
        assert await here.until(lambda: any(one["is_heard"] for one in here.far.of("looked", mended_s)), 60)


@pytest.mark.skipif(bool(missing()), reason=missing() or "it can be made here")
async def test_sound_goes_both_ways_where_there_is_nothing_but_ipv6() -> None:
    async with scene(str(ROOT / SOUND), seed=2, only_ipv6=True) as here:
        for seen in (here.near, here.far):
            assert await here.until(lambda seen=seen: any(one["is_heard"] for one in seen.of("looked")), 60)
            assert [] == seen.of("lost")
