"""A connection whose process may not send: what was to be said waits, or is never said."""

import asyncio
import itertools

from bots.clock import SystemClock
from bots.room.signaling import Signaling
from bots.wire import GetMaxTalkers
from tests.fakes.scripted_server import ScriptedServer


async def opened(server: ScriptedServer, may_send: list[bool]) -> Signaling:
    return await Signaling.open(
        server.url, room_id="r", name="bot", clock=SystemClock(), numbers=itertools.count(),
        on_notice=lambda notice: None, on_closed=lambda closed: None, timeout_s=5, may_send=lambda: may_send[0],
    )  # fmt: skip


async def test_a_request_waits_until_it_may_leave() -> None:
    may_send = [True]
    async with ScriptedServer() as server:
        signaling = await opened(server, may_send)
        may_send[0] = False
        answer = signaling.post(GetMaxTalkers())
        await server.ping()
        await asyncio.sleep(0.3)
        assert [] == server.events
        may_send[0] = True
        assert 0 == (await asyncio.wait_for(answer, 5)).result
        assert ["getMaxNumberOfTalker"] == [event.name for event in server.events]
        await signaling.close()


async def test_who_may_not_send_goes_without_a_word() -> None:
    may_send = [True]
    async with ScriptedServer() as server:
        signaling = await opened(server, may_send)
        may_send[0] = False
        signaling.post(GetMaxTalkers())
        await asyncio.sleep(0)
        await signaling.close()
        await asyncio.wait_for(server.ended.wait(), 5)
        assert [] == server.events
