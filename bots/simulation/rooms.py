"""The rooms of a simulation: the embedded server's own rules, reached over a network in memory."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from bots.bot import BotSpec, RoomPort
from bots.clock import Clock
from bots.errors import ApiError
from bots.room import ComeBack, Room, RoomEvent
from bots.server import (
    TOKEN_LIFE_S,
    ApiRefusal,
    Claim,
    Reception,
    Rooms,
    TokenMint,
    new_room_body,
    room_meta,
)
from bots.server import Room as ServerRoom
from bots.simulation.ears import Ears
from bots.simulation.network import MemoryNetwork, Wire
from bots.simulation.voices import Voices
from bots.wire import Notice

__all__ = ["SimulatedRooms"]

ADDRESS = "127.0.0.1:1"  # nobody connects to it; tokens have to name one


class SimulatedRooms:
    """A room server without sockets; every id comes from the seed.

    Args:
        clock: virtual.
        seed: of all ids.
    """

    def __init__(self, clock: Clock, seed: str) -> None:
        self._clock = clock
        self._wire = Wire()
        ids = random.Random(f"{seed}/ids")
        self._rooms = Rooms(TokenMint(ids.randbytes(32)), new_hex=lambda size: ids.randbytes(size).hex())
        self.voices = Voices(self._rooms, clock, self._say)
        self.ears = Ears(self._rooms, clock)
        self._reception = Reception(
            self._rooms,
            self.voices,
            token_for=self._token_for,
            now_s=lambda: clock.now().timestamp(),
            probe_url=lambda: f"http://{ADDRESS}/probe",
            rng=random.Random(f"{seed}/spread"),
        )

    def _say(self, client_id: str, notice: Notice) -> None:
        self._reception.tell(client_id, notice)  # made after the voices, which it asks

    def make_room(self, body: dict[str, Any], room_id: str = "") -> str:
        """A room as the Server API would make it; returns its id.

        Raises:
            ApiError: the settings are refused, as live.
        """
        try:
            made = new_room_body(body, self._clock.now(), room_id=room_id or self._rooms.new_hex(12))
        except ApiRefusal as no:
            raise ApiError(f"the room is refused: {no.desc}", status=no.status, result=no.result) from no
        self._rooms.add(ServerRoom(made["room_id"], made))
        return str(made["room_id"])

    async def watch_times(self) -> None:
        """End rooms whose duration is over, to the second, as the server does; returns if no room has one."""
        while any("duration" in room.settings for room in self._rooms.listed()):
            self._reception.perform(self._rooms.expire(self._clock.now().timestamp()))
            await asyncio.sleep(1.0)

    def network(self) -> MemoryNetwork:
        """A way to the server, for one client."""
        return MemoryNetwork(self._reception, self.voices, self._wire, self.ears)

    def places(self, room_id: str) -> dict[str, str]:
        """Who is in this room or in one of its breakouts: `user_ref` -> id of the room; in a breakout, that one.

        Whose connection is lost is in none, though the others are not told yet.
        """
        room = self._rooms.get(room_id)
        rooms = [] if room is None else [room, *(self._rooms.get(one) for one in room.breakout_ids)]
        return {
            member.claim.user_ref: one.room_id
            for one in rooms
            if one is not None
            for member in one.members.values()
            if member.loss is None
        }

    def waiting(self, room_id: str) -> dict[str, str]:
        """Who waits to be let into this room: `user_ref` -> client id."""
        room = self._rooms.get(room_id)
        return {} if room is None else {one.claim.user_ref: one.client_id for one in room.waiting.values()}

    def token(self, room_id: str, *, name: str, role: str, user_ref: str) -> str:
        """A room token, good once.

        Raises:
            ApiError: there is no such room.
        """
        room = self._rooms.get(room_id)
        if room is None:
            raise ApiError(f"there is no room {room_id}", status=404, result=404)
        claim = Claim(
            token_id=self._rooms.new_hex(12), room_id=room_id, name=name, role=role, user_ref=user_ref,
            expires_at=self._clock.now().timestamp() + TOKEN_LIFE_S,
        )  # fmt: skip
        return self._token_for(claim, room)

    async def join(
        self,
        spec: BotSpec,
        *,
        on_event: Callable[[RoomEvent], None],
        on_breakout_event: Callable[[RoomEvent], None],
    ) -> RoomPort:
        """Implements `JoinRoom`: the real `Room`, over the network in memory.

        Raises:
            BotsError: ApiError, JoinRefused or PublishRefused.
        """
        self.ears.bots.add(spec.id)

        async def fetch() -> str:
            return self.token(spec.room_id, name=spec.name, role=spec.role, user_ref=spec.id)

        return await Room.join_over(
            self.network(),
            await fetch(),
            clock=self._clock,
            publish=spec.publishes,
            listen=spec.listens,
            watch_talk=spec.watches_talk,
            come_back=ComeBack(fetch, random.Random(f"{spec.seed}/reconnect")),
            on_event=on_event,
            on_breakout_event=on_breakout_event,
        )

    def _token_for(self, claim: Claim, room: ServerRoom) -> str:
        return self._rooms.mint.mint(claim, host=ADDRESS, secure=False, room=room_meta(room))
