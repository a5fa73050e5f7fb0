"""Sound without packets: what plays takes its real length in virtual time, and it is known who could hear it.

`Voices` stands where the server has its relay, `VirtualOutgoing` where a room has its publication.
"""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bots.bot import bot_of_herald
from bots.clock import Clock
from bots.media import PACKET_S, Clip, Delivery, Played
from bots.server import HANGOVER_S, Rooms
from bots.wire import GenericEvent, Notice, Signal

__all__ = ["VirtualOutgoing", "VirtualPlayback", "Voices"]

FIRST_PUBLICATION = 900_000_001
Outcome = Literal["finished", "stopped", "closed"]


@dataclass(frozen=True, slots=True)
class _Utterance:
    """One sound that was begun in a room: the sender's `user_ref`, its bot's for a herald, and when."""

    user_ref: str
    room_id: str
    since: datetime


class Voices:
    """Who is sounding where; implements the server's `Media`.

    A room's members hear as many voices at once as it has slots; who began first stays, as in the relay.

    Args:
        tell: says something to one member.
    """

    def __init__(self, rooms: Rooms, clock: Clock, tell: Callable[[str, Notice], None]) -> None:
        self._rooms = rooms
        self._clock = clock
        self._tell = tell
        self._numbers = itertools.count(FIRST_PUBLICATION)
        self._sounding: dict[str, set[str]] = {}
        self._seated: set[_Utterance] = set()
        self._talking: dict[str, str] = {}  # client id -> room id
        self._pauses: dict[str, asyncio.TimerHandle] = {}
        self._told: dict[str, tuple[str, ...]] = {}

    # ---- what the reception asks

    def enter(self, client_id: str) -> None:
        self._told.pop(client_id, None)  # who is back is told of the talk anew, if it asks again

    def forget(self, client_id: str) -> None:
        self._told.pop(client_id, None)
        self._fall_silent(client_id)

    def knows_slot(self, client_id: str, stream_id: int) -> bool:
        place = self._rooms.place_of(client_id)
        return place is not None and 1 <= stream_id <= place[0].slots

    def publish(self, client_id: str, *, is_share: bool = False) -> int:
        number = next(self._numbers)
        if not is_share and (place := self._rooms.place_of(client_id)) is not None:
            place[1].publication_ids.add(number)
        return number

    def unpublish(self, client_id: str, stream_id: int) -> None:
        if (place := self._rooms.place_of(client_id)) is not None:
            place[1].publication_ids.discard(stream_id)

    def unsubscribe(self, client_id: str, stream_id: int) -> None:
        pass

    def signal(self, client_id: str, request: Signal) -> None:
        pass

    def update_around(self, client_id: str) -> None:
        if (place := self._rooms.place_of(client_id)) is not None and place[1].watches_talk:
            self._tell_speech(place[0].room_id)

    # ---- what a member sends

    def outgoing(self) -> "VirtualOutgoing":
        """What a member sends, over one line after the other."""
        return VirtualOutgoing(self._clock, self._sound)

    def was_heard(self, user_ref: str, room_id: str, since: datetime) -> bool:
        """Could the members of the room hear what this one began to play at that instant?"""
        return _Utterance(user_ref, room_id, since) in self._seated

    def _sound(self, client_id: str, is_sounding: bool) -> None:
        place = self._rooms.place_of(client_id)
        if place is None:
            return
        room, member = place
        voices = self._sounding.setdefault(room.room_id, set())
        if is_sounding and member.is_audible:
            self._speak(client_id, room.room_id)
        elif not is_sounding and client_id in self._talking:
            self._pauses[client_id] = asyncio.get_running_loop().call_later(HANGOVER_S, self._fall_silent, client_id)
        if not is_sounding:
            voices.discard(client_id)
        elif member.is_audible and len(voices - {client_id}) < room.slots:
            voices.add(client_id)
            speaker = bot_of_herald(member.claim.user_ref) or member.claim.user_ref
            self._seated.add(_Utterance(speaker, room.room_id, self._clock.now()))

    # ---- who talks

    def _speak(self, client_id: str, room_id: str) -> None:
        if (pause := self._pauses.pop(client_id, None)) is not None:
            pause.cancel()
        if client_id not in self._talking:
            self._talking[client_id] = room_id
            self._tell_speech(room_id)

    def _fall_silent(self, client_id: str) -> None:
        if (pause := self._pauses.pop(client_id, None)) is not None:
            pause.cancel()
        room_id = self._talking.pop(client_id, None)
        if room_id is not None:
            self._sounding.get(room_id, set()).discard(client_id)
            self._tell_speech(room_id)

    def _tell_speech(self, room_id: str) -> None:
        """Who asked for it is told who talks now, if that has changed; as the relay does."""
        room = self._rooms.get(room_id)
        talking = tuple(sorted(client_id for client_id, where in self._talking.items() if where == room_id))
        notice = GenericEvent.speech(talking)
        for member in tuple(room.members.values()) if room is not None else ():
            if member.watches_talk and talking != self._told.get(member.client_id, ()):
                self._told[member.client_id] = talking
                self._tell(member.client_id, notice)


class VirtualPlayback:
    """One clip on its way."""

    def __init__(self, sender: "VirtualOutgoing", clip: Clip, *, loop: bool, over: bool) -> None:
        self.clip = clip
        self.is_looped = loop
        self.is_over = over
        self.started_s: float | None = sender.now_s()
        self.timer: asyncio.TimerHandle | None = None
        self._sender = sender
        self._began_s = sender.now_s()
        self._audible_since_s: float | None = None
        self._audible_s = 0.0
        self._done: asyncio.Future[Played] = asyncio.get_running_loop().create_future()

    async def wait(self) -> Played:
        """Return when the clip's time is over, or it was stopped."""
        return await asyncio.shield(self._done)

    def stop(self) -> None:
        """Stop here; without effect if it is over."""
        self._sender.end(self, "stopped")

    def duck(self, gain: float, over_s: float) -> None:
        """Nobody hears how loud it is."""

    def switch(self, *, is_audible: bool) -> bool:
        """Called by the sender: can it be heard from now on? Returns whether that is new."""
        now_s = self._sender.now_s()
        if is_audible == (self._audible_since_s is not None):
            return False
        if self._audible_since_s is not None:
            self._audible_s += now_s - self._audible_since_s
        self._audible_since_s = now_s if is_audible else None
        return True

    def finish(self, outcome: Outcome) -> int:
        """Called by the sender: this is over. Returns how many packets it took."""
        self.switch(is_audible=False)
        if self.timer is not None:
            self.timer.cancel()
        packets = round(self._audible_s / PACKET_S)
        if not self._done.done():
            self._done.set_result(Played(packets, round(self._sender.now_s() - self._began_s, 6), outcome))
        return packets


class VirtualOutgoing:
    """What one member sends; implements `bots.room.Outgoing`.

    Args:
        tell: hears whose sound begins and ends; it begins again with another sound in it.
    """

    def __init__(self, clock: Clock, tell: Callable[[str, bool], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._line: object = None
        self._client_id = ""
        self._is_muted = False
        self._is_closed = False
        self._playing: list[VirtualPlayback] = []  # at most one, and those over it
        self._sent = 0

    @property
    def is_muted(self) -> bool:
        """While muted a clip's time goes on, and nothing is sent."""
        return self._is_muted

    @is_muted.setter
    def is_muted(self, is_muted: bool) -> None:
        self._is_muted = is_muted
        self._look()

    def attach(self, line: object, client_id: str) -> None:
        """It goes over this line from now on, as this member's."""
        if self._line is not None:
            self.detach(self._line)
        self._line, self._client_id = line, client_id
        self._look()

    def detach(self, line: object) -> None:
        """This line is over; without effect if another one has taken its place."""
        if line is self._line:
            self._line = None
            self._look()

    def now_s(self) -> float:
        """Virtual seconds, monotonic."""
        return self._clock.monotonic()

    def play(self, clip: Clip, *, loop: bool = False, over: bool = False) -> VirtualPlayback:
        """Begin a clip; what plays now is stopped, unless this one is heard over it."""
        for one in [] if over else [one for one in self._playing if not one.is_over]:
            self.end(one, "stopped")
        playback = VirtualPlayback(self, clip, loop=loop, over=over)
        if self._is_closed:
            playback.finish("closed")
            return playback
        self._playing.append(playback)
        if not loop:
            end = asyncio.get_running_loop().call_later
            playback.timer = end(clip.duration_s, self.end, playback, "finished")
        self._look()
        return playback

    def stop(self) -> None:
        """Stop what plays now, if anything does."""
        for one in tuple(self._playing):
            self.end(one, "stopped")

    def delivery(self) -> Delivery:
        """Every packet arrives."""
        return Delivery(self._sent, has_report=self._sent > 0)

    def close(self) -> None:
        """The publication is over."""
        self._is_closed = True
        for one in tuple(self._playing):
            self.end(one, "closed")

    def end(self, playback: VirtualPlayback, outcome: Outcome) -> None:
        """End a playback, if it is one of those that play."""
        if playback in self._playing:
            self._playing.remove(playback)
            was_audible = playback.switch(is_audible=False)
            self._sent += playback.finish(outcome)
            if was_audible and not self._playing:
                self._tell(self._client_id, False)

    def _look(self) -> None:
        """Can what plays be heard?"""
        is_audible = self._line is not None and not self._is_muted
        changed = [playback.switch(is_audible=is_audible) for playback in self._playing]
        if any(changed):
            self._tell(self._client_id, is_audible)
