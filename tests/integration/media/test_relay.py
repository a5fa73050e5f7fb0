"""Media through a real STUN and TURN server, over each of its ways in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aioice.ice
import pytest

from bots.media import LineAnswer, MediaLine, PeerConnection, build_rtp, ice
from tests.fakes.coturn import Coturn, coturn


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Coturn]:
    async with coturn(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        yield server


def own_addresses(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """The machine has these, and no others that lead anywhere."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: list(addresses))


def candidates(sdp: str) -> list[str]:
    """The types of the candidates in an offer, best first."""
    found = [line.split(" ") for line in sdp.splitlines() if line.startswith("a=candidate:")]
    return [words[7] for words in sorted(found, key=lambda words: -int(words[3]))]


async def carried(near: PeerConnection) -> tuple[str, bytes]:
    """What kinds of candidate the near side offers, and what the far side gets of it."""
    far, got = PeerConnection(), asyncio.get_running_loop().create_future()
    try:
        offer = await near.offer([MediaLine("sendonly", ssrc=77)])
        await near.accept_answer(await far.answer(offer, lambda index, line: LineAnswer("recvonly")))
        far.set_receivers(lambda data, at: None if got.done() else got.set_result(data), None)
        await asyncio.gather(near.wait_connected(15), far.wait_connected(15))
        async with asyncio.timeout(10):
            while not got.done():
                near.probe()
                near.send_rtp(build_rtp(payload_type=111, sequence=1, timestamp=960, ssrc=77, payload=b"sound"))
                await asyncio.sleep(0.05)
        return " ".join(candidates(offer)), got.result()
    finally:
        await asyncio.gather(near.close(), far.close())


@pytest.mark.parametrize(
    "way", ["turn:127.0.0.1:{port}", "turn:127.0.0.1:{port}?transport=tcp", "turns:localhost:{tls}"]
)
async def test_sound_goes_through_a_relay(server: Coturn, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    own_addresses(monkeypatch)
    url = way.format(port=server.port, tls=server.tls_port)
    kinds, packet = await carried(PeerConnection(loopback=False, ice_servers=[server.server(url)]))
    assert "relay" == kinds
    assert packet.endswith(b"sound")


async def test_every_way_to_the_relay_is_tried_and_one_that_does_not_answer_costs_little(
    server: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_addresses(monkeypatch)
    udp, tcp = f"turn:127.0.0.1:{server.port}", f"turn:127.0.0.1:{server.port}?transport=tcp"
    dead = {"urls": ["turn:127.0.0.1:9", "turn:[::1", "http://x"], "username": "ana", "credential": "secret"}
    wrong = {"urls": udp, "username": "ana", "credential": "wrong"}
    kinds, _ = await carried(
        PeerConnection(loopback=False, ice_servers=[dead, wrong, server.server(udp), server.server(tcp)])
    )
    assert "relay relay" == kinds


async def test_the_address_that_a_stun_server_sees_is_offered(server: Coturn, monkeypatch: pytest.MonkeyPatch) -> None:
    own_addresses(monkeypatch, "127.0.0.1")
    monkeypatch.setattr(ice.MediaConnection.get_component_candidates, "__defaults__", (20,))  # a busy machine
    peer = PeerConnection(loopback=False, ice_servers=[{"urls": f"stun:127.0.0.1:{server.port}"}])
    offer = await peer.offer([MediaLine("sendonly", ssrc=77)])
    await peer.close()
    assert ["host", "srflx"] == candidates(offer)
