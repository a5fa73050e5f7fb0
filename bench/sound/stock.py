"""Stock aiortc in the place of our peer connection: RTCPeerConnection and a MediaPlayer for each bot."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer

import bots.room.peers
from bots.media import Line, MediaLine, PeerConnection

__all__ = ["install"]


def install(clip: str) -> None:
    """From now on a room of this process publishes this file through stock aiortc."""

    class Stock(StockPeer):
        path = clip

    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]  # aioice leaves loopback out
    bots.room.peers.PeerConnection = Stock  # type: ignore[attr-defined, assignment]  # the publication takes it for ours


class StockPeer:
    """What `bots.room.peers` needs of a peer connection."""

    path = ""
    lines: tuple[Line, ...] = ()
    new_ssrc = staticmethod(PeerConnection.new_ssrc)

    outlet = None
    """Our sender finds no way out, and sends nothing: the MediaPlayer does."""
    silent_s = 0.0

    def __init__(
        self,
        *,
        loopback: bool = True,
        ice_servers: Sequence[Mapping[str, Any]] = (),
        may_send: Callable[[], bool] | None = None,
    ) -> None:
        assert loopback
        assert not ice_servers
        assert may_send is None
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._player: MediaPlayer | None = None

    @property
    def state(self) -> str:
        return self._peer.connectionState

    async def offer(self, lines: Sequence[MediaLine]) -> str:
        assert [line.direction for line in lines] == ["sendonly"]
        self._player = MediaPlayer(self.path, loop=True)
        assert self._player.audio is not None
        self._peer.addTrack(self._player.audio)
        await self._peer.setLocalDescription(await self._peer.createOffer())
        return self._peer.localDescription.sdp

    async def accept_answer(self, answer: str) -> None:
        await self._peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def add_candidate(self, candidate: str | None) -> None:
        """All of them were in the answer."""

    async def wait_connected(self, timeout_s: float) -> None:
        async with asyncio.timeout(timeout_s):
            while self._peer.connectionState != "connected":  # noqa: ASYNC110 -- it has no asyncio.Event
                await asyncio.sleep(0.05)

    def on_state(self, _callback: Callable[[str], None]) -> Callable[[], None]:
        return lambda: None

    def set_receivers(self, _on_rtp: object, _on_rtcp: object) -> None:
        """aiortc takes its packets itself."""

    def send_rtcp(self, _packet: bytes) -> None:
        """aiortc reports itself."""

    async def close(self) -> None:
        await self._peer.close()
