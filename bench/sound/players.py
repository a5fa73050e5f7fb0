"""Bots in a process of their own, driven by lines of JSON on stdin; each is answered by one on stdout.

python -m bench.sound.players [STOCK_CLIP]

With STOCK_CLIP each bot that joins a room publishes that file by stock aiortc, from then on.
{"sink": port, "add": n} connects n more senders to a sink; {"tokens": [...]} lets one bot a token join a room.
With "at_once" so many join at the same time. {"play": path}, {"stop": true} and {"leave": true} do what they say;
{"count": true} says how many tasks there are. The end of stdin ends it.
"""

import asyncio
import json
import sys
import time
from typing import Any

from bench.sound import stock
from bots.clock import SystemClock
from bots.loop import run
from bots.media import MediaLine, OutgoingAudio, Pacer, PeerConnection, load_clip
from bots.room import Room

AT_ONCE = 10
LIMIT_S = 60.0


class Players:
    """The bots of this process."""

    def __init__(self) -> None:
        self._pacer = Pacer(SystemClock())
        self._voices: list[OutgoingAudio] = []
        self._peers: list[PeerConnection] = []
        self._rooms: list[Room] = []
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def do(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what a line says; returns what to answer."""
        if "add" in request:
            await asyncio.gather(*(self._connect(request["sink"]) for _ in range(request["add"])))
        elif "tokens" in request:
            listens, publishes = request.get("listen", False), request.get("publish", True)
            self._gate = asyncio.Semaphore(request.get("at_once", AT_ONCE))
            joins = (self._join(token, listen=listens, publish=publishes) for token in request["tokens"])
            return {"joined_s": list(await asyncio.gather(*joins))}
        elif "play" in request:
            clip = await load_clip(request["play"])
            for voice in self._voices:
                voice.play(clip, loop=True)
            return {"packet_bytes": [len(packet) for packet in clip.packets]}
        elif "stop" in request:
            for voice in self._voices:
                voice.stop()
        elif "leave" in request:
            await asyncio.gather(*(room.leave() for room in self._rooms))
            self._rooms.clear()
            self._voices.clear()
        elif "count" in request:
            return {"tasks": len(asyncio.all_tasks())}
        return {}

    async def close(self) -> None:
        """Leave every room."""
        await asyncio.gather(*(room.leave() for room in self._rooms), return_exceptions=True)
        await asyncio.gather(*(peer.close() for peer in self._peers))

    async def _connect(self, port: int) -> None:
        async with self._gate:
            peer = PeerConnection()
            ssrc = peer.new_ssrc()
            offer = await peer.offer([MediaLine("sendonly", ssrc=ssrc)])
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
            writer.write(json.dumps({"offer": offer}).encode() + b"\n")
            await peer.accept_answer(json.loads(await reader.readline())["answer"])
            writer.close()
            await peer.wait_connected(LIMIT_S)
            self._peers.append(peer)
            voice = OutgoingAudio(self._pacer)
            voice.attach(peer, ssrc=ssrc)
            self._voices.append(voice)

    async def _join(self, token: str, *, listen: bool, publish: bool) -> float:
        """Returns how long it took."""
        async with self._gate:
            began = time.perf_counter()
            room = await Room.join(
                token, clock=SystemClock(), pacer=self._pacer, listen=listen, publish=publish, timeout_s=LIMIT_S
            )
            self._rooms.append(room)
            if isinstance(room.outgoing, OutgoingAudio):
                self._voices.append(room.outgoing)
            return time.perf_counter() - began


async def main() -> None:
    """Take lines until stdin ends."""
    players = Players()
    reader = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(json.dumps(await players.do(json.loads(line))), flush=True)
    await players.close()


if __name__ == "__main__":
    if sys.argv[1:]:
        stock.install(sys.argv[1])
    run(main())  # as the commands do
