"""A receiver of media in a process of its own: it answers offers, and notes when each packet came.

python -m bench.sound.sink WATCHED

It prints the TCP port it listens on. One JSON line a connection: {"offer": sdp} is answered by {"answer": sdp};
{"report": true} by {"packets": n, "streams": [[[media_s, arrival_s], ...], ...]} for the first WATCHED streams.

Its sockets are read every quarter of a second, not packet by packet, and arrivals are the kernel's own time stamps:
so it takes little CPU from whom it measures, and its own lateness is not in the numbers. It decrypts nothing. As any
WebRTC endpoint it answers and makes consent checks, and reports (RTCP) once a second.
"""

import asyncio
import json
import os
import socket
import struct
import sys
from contextlib import suppress
from typing import Any

from bots.media import LineAnswer, PeerConnection, ReportBlock, build_receiver_report

RATE_HZ = 48_000
DRAIN_S = 0.25
SO_TIMESTAMPNS = 35  # linux/socket.h; the socket module has no name for it
URGENT = -10  # nice
RECEIVE_BUFFER = 1 << 20


class Stream:
    """What comes over one connection."""

    def __init__(self, peer: PeerConnection, *, is_watched: bool) -> None:
        self.arrivals: list[tuple[float, float]] | None = [] if is_watched else None
        self.packets = 0
        self._peer = peer
        # a bench may look inside: the socket leaves the event loop and is drained by hand
        (self._protocol,) = {pair.protocol for pair in peer._gatherer.connection._nominated.values()}
        self._socket: socket.socket = self._protocol.transport.get_extra_info("socket")._sock
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        loop: Any = asyncio.get_running_loop()
        loop._remove_reader(self._socket.fileno())
        self._ssrc = self._sequence = 0
        self._timestamp = self._samples = 0

    def drain(self) -> None:
        """Take what has come since the last time."""
        while True:
            try:
                if self.arrivals is None:
                    data, address = self._socket.recvfrom(2048)
                    came_s = 0.0
                else:
                    data, ancillary, _, address = self._socket.recvmsg(2048, 64)
                    seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
                    came_s = seconds + nanoseconds / 1e9
            except (BlockingIOError, OSError):
                return
            if data[0] < 64:
                self._protocol.datagram_received(data, address)
            elif not 192 <= data[1] <= 223:
                self.packets += 1
                self._sequence, timestamp, self._ssrc = struct.unpack_from("!HII", data, 2)
                if self.arrivals is not None:
                    # a timestamp begins anew at 2**32, from wherever it began
                    self._samples += (timestamp - self._timestamp + 2**31) % 2**32 - 2**31
                    self._timestamp = timestamp
                    self.arrivals.append((self._samples / RATE_HZ, came_s))

    def report(self) -> None:
        """Tell the sender that all came, as a media server does every second."""
        if self._ssrc:
            block = ReportBlock(self._ssrc, 0, 0, self._sequence, 0)
            self._peer.send_rtcp(build_receiver_report(1, [block]))


class Sink:
    """All streams."""

    def __init__(self, watched: int) -> None:
        self._watched = watched
        self._streams: list[Stream] = []
        self._peers: list[PeerConnection] = []

    async def serve(self) -> None:
        """Answer until the process is ended."""
        server = await asyncio.start_server(self._take, "127.0.0.1", 0, limit=1 << 20)
        print(server.sockets[0].getsockname()[1], flush=True)
        rounds = 0
        while True:
            await asyncio.sleep(DRAIN_S)
            rounds += 1
            for number, stream in enumerate(self._streams):
                stream.drain()
                if (rounds + number) % 4 == 0:
                    stream.report()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = json.loads(await reader.readline())
        if "offer" in request:
            peer = PeerConnection()
            self._peers.append(peer)
            peer.on_state(lambda state: self._connected(peer) if state == "connected" else None)
            answer: dict[str, Any] = {
                "answer": await peer.answer(request["offer"], lambda _n, _line: LineAnswer("recvonly"))
            }
        else:
            answer = {
                "packets": sum(stream.packets for stream in self._streams),
                "streams": [stream.arrivals for stream in self._streams if stream.arrivals is not None],
            }
            for stream in self._streams:
                stream.arrivals = [] if stream.arrivals is not None else None
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()

    def _connected(self, peer: PeerConnection) -> None:
        # the last flight of the handshake is still on its way
        asyncio.get_running_loop().call_later(1.0, self._watch, peer)

    def _watch(self, peer: PeerConnection) -> None:
        self._streams.append(Stream(peer, is_watched=len(self._streams) < self._watched))


if __name__ == "__main__":
    with suppress(PermissionError):  # who answers consent checks late loses its senders
        os.setpriority(os.PRIO_PROCESS, 0, URGENT)
    asyncio.run(Sink(int(sys.argv[1])).serve())
