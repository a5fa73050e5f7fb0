"""A visit to a room: two bots of our own, what was said to them, and what was found out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

from bots.cli.doctor.findings import Findings, shape
from bots.cli.doctor.record import Record, Said
from bots.clock import SystemClock
from bots.errors import BotsError
from bots.media import Pacer
from bots.room import ComeBack, LiveNetwork, Room, RoomRecord, ServerApi
from bots.wire import Request

__all__ = ["PUPIL", "TEACHER", "Guest", "Visit", "shape_of"]

TEACHER, PUPIL = "Doctor", "Patient"
SEEN_S = 5.0  # what has not come by then is not seen
_ROLES = {TEACHER: "moderator", PUPIL: "participant"}


class Guest:
    """A bot of ours in the room: what it does goes through `room`, what it was told stands in `record`."""

    def __init__(self, room: Room, record: Record, token: str) -> None:
        self.room = room
        self.record = record
        self.token = token


class Visit:
    """What the looks share.

    Args:
        room: as the Server API tells of it.
        is_own: the visit has made the room, and nobody else can be in it.
    """

    def __init__(self, api: ServerApi, room: RoomRecord, *, is_own: bool) -> None:
        self.api = api
        self.record = room
        self.is_own = is_own
        self.found = Findings()
        self.clock = SystemClock()
        self.pacer = Pacer(self.clock)
        self._guests: list[Guest] = []

    @property
    def room_id(self) -> str:
        return self.record.room_id

    async def token(self, name: str) -> str:
        """A new one for a bot of this name."""
        return await self.api.fetch_token(
            self.room_id, name=name, role=_ROLES.get(name, "participant"), user_ref=f"bots-doctor-{name.lower()}"
        )

    async def enter(self, name: str, *, token: str = "", record: Record | None = None) -> Guest:
        """Join as a bot that publishes and listens.

        Args:
            token: instead of a new one.
            record: gets what is said, also if the join is refused.

        Raises:
            JoinRefused, PublishRefused, ConfigError, ApiError: it is not let in.
        """
        record = record or Record(self.clock.now)
        token = token or await self.token(name)
        room = await Room.join_over(
            LiveNetwork(self.pacer, record.capture), token, clock=self.clock, listen=True,
            come_back=ComeBack(lambda: self.token(name), Random(name)),
        )  # fmt: skip
        guest = Guest(room, record, token)
        self._guests.append(guest)
        return guest

    async def leave(self) -> None:
        """All bots go."""
        for guest in reversed(self._guests):
            await guest.room.leave()

    async def until(self, condition: Callable[[], object], limit_s: float = SEEN_S) -> bool:
        """Wait; whether it came true in time."""
        end_s = self.clock.monotonic() + limit_s
        while not condition():
            if self.clock.monotonic() > end_s:
                return False
            await asyncio.sleep(0.05)
        return True

    async def answer(self, guest: Guest, request: Request) -> Said | None:
        """Ask something; the ack as it came."""
        since = guest.record.place
        await guest.room.request(request)
        return next(iter(guest.record.acks(request.event, since=since)), None)

    async def expect_refusal(
        self, section: str, about: str, guest: Guest, request: Request, *results: int
    ) -> Said | None:
        """Ask for what is not to be had; with one of these codes, if there are any."""
        said = await self.answer(guest, request)
        result = None if said is None else said.first.get("result")
        is_refused = said is not None and (str(result).lstrip("-").isdigit() and int(str(result)) != 0)
        codes = " or ".join(map(str, results))
        self.found.note(
            section, about, expected=f"refused with {codes or 'a result other than 0'}", seen=shape_of(said),
            is_same=is_refused and (not results or int(str(result)) in results),
        )  # fmt: skip
        return said

    @asynccontextmanager
    async def part(self, section: str, about: str) -> AsyncIterator[None]:
        """A part of the visit: if it fails, the rest of it is not seen."""
        try:
            yield
        except BotsError as error:
            self.found.miss(section, f"{about}, or a part of it", str(error))


def shape_of(said: Said | None) -> str:
    """How an event or an ack is made."""
    if said is None:
        return "nothing"
    return f"{said.name} " + ", ".join(shape(value) for value in said.values)
