"""Who leaves while the servers for candidates are still asked keeps nothing of it."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import aioice.ice
import pytest

from bots.media import MediaLine, PeerConnection


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a STUN server that does not answer."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.setblocking(False)
        yield f"stun:127.0.0.1:{server.getsockname()[1]}"


async def begin_and_leave(*servers: dict[str, Any]) -> None:
    peer = PeerConnection(loopback=False, ice_servers=servers)
    offering = asyncio.create_task(peer.offer([MediaLine("sendonly", ssrc=77)]))
    async with asyncio.timeout(10):
        while not asking():
            await asyncio.sleep(0.01)
    offering.cancel()
    await asyncio.gather(offering, return_exceptions=True)
    await peer.close()


def asking() -> list[str]:
    """Who asks a STUN server."""
    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]  # a coroutine of a function
    return [name for name in names if name == "server_reflexive_candidate"]


async def test_nobody_goes_on_asking_a_stun_server_that_does_not_answer(silent: str) -> None:
    await begin_and_leave({"urls": silent})
    await asyncio.sleep(0)
    assert [] == asking()


async def test_a_relay_that_answered_before_the_others_is_let_go(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    candidate = aioice.Candidate("f", 1, "udp", 1, "127.0.0.1", 9, "relay")

    class Allocated:
        local_candidate = candidate
        is_closed = False

        async def close(self) -> None:
            self.is_closed = True

    protocol = Allocated()

    async def allocate(**_: Any) -> tuple[aioice.Candidate, Allocated]:
        return candidate, protocol

    monkeypatch.setattr(aioice.ice, "relayed_candidate", allocate)
    await begin_and_leave({"urls": silent}, {"urls": "turn:127.0.0.1:9", "username": "ana", "credential": "secret"})
    assert protocol.is_closed
