"""What a bot lets others hear: clips of steps, loops, and its microphone; one sound at a time in each room.

A clip waits for the clip before it, unless it replaces it; it stops a loop. The microphone is a loop that comes back
when the room is quiet again. Every sound is logged when it starts, and reported (`PlayFinished`) when it has ended
and the media server's report about it is in.
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from structlog.typing import FilteringBoundLogger

from bots.bot.contract.messages import BotEvent, ClipPlay, Measured, PlayFinished
from bots.bot.contract.ports import DeliveryPort, LoadClip, OutgoingPort, PlaybackPort, PlayedPort, RoomPort
from bots.bot.place.presence import Presence
from bots.bot.rules.outcome import CannotDo
from bots.bot.sound.bursts import Bursts, bursts_of
from bots.bot.sound.ducking import Ducking
from bots.clock import Clock
from bots.errors import MediaError
from bots.media import Clip

__all__ = ["Sound"]

REPORT_WAIT_S = 1.5  # receiver reports come about every second; the one after the last packet counts


@dataclass(frozen=True, slots=True)
class _Sending:
    """One sound on its way: what, where, why; asked_at_s is when a step asked for it, monotonic."""

    room: RoomPort
    voice: OutgoingPort
    clip: Clip
    play: ClipPlay
    rule: str | None
    step: str | None
    asked_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Sent:
    """One sound that is over and waits for its report."""

    play_id: str
    since: datetime
    until: datetime
    before: DeliveryPort
    played: PlayedPort


class Sound:
    """The voice of one bot.

    Args:
        group: owns the tasks of loops and reports.
        rng: seeded, for a microphone that talks in bursts.
        microphone: the loop that plays whenever nothing else does, if any.
    """

    def __init__(
        self,
        *,
        bot_id: str,
        presence: Presence,
        load: LoadClip,
        clock: Clock,
        group: asyncio.TaskGroup,
        emit: Callable[[BotEvent], None],
        log: FilteringBoundLogger,
        rng: Random,
        microphone: ClipPlay | None = None,
    ) -> None:
        self._bot_id = bot_id
        self._presence = presence
        self._load = load
        self._clock = clock
        self._group = group
        self._emit = emit
        self._log = log
        self._rng = rng
        self._microphone = microphone
        self.ducking = Ducking(name=bot_id, clock=clock, group=group, log=log)
        self._numbers, self._turns = itertools.count(1), itertools.count(1)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._replaced: defaultdict[str, int] = defaultdict(int)  # those with a lower turn play no more
        self._playing: dict[str, PlaybackPort] = {}
        self._names: dict[str, str] = {}  # of the latest sound in each room
        self._loops: dict[str, asyncio.Task[PlaybackPort]] = {}
        self._reports: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def play(
        self, play: ClipPlay, *, rule: str | None = None, step: str | None = None, replaces: bool = False
    ) -> None:
        """Play into the room the bot is in; a clip is waited for to its end, a loop is only started.

        Args:
            replaces: do not wait for the clip that plays: end it, and those that wait for it.

        Raises:
            CannotDo: the bot publishes nothing there.
            RequestRefused: the connection is lost, and did not come back in time.
            MediaError: the file cannot be played.
        """
        await self._presence.here.wait_connected()
        room = self._presence.here
        if room.outgoing is None:
            raise CannotDo(f"the bot publishes nothing in room {room.room_id}: it is there without audio")
        began_s = self._clock.monotonic()
        voice, clip = room.outgoing, await self._loaded(play)
        load_s = self._clock.monotonic() - began_s
        turn = next(self._turns)
        if replaces:
            self._replaced[room.room_id] = turn
            if room.room_id not in self._loops and room.room_id in self._playing:
                self._playing[room.room_id].stop()
        async with self._locks[room.room_id]:
            if turn < self._replaced[room.room_id]:
                self._log.info("audio_replaced", clip=play.name, rule=rule, step=step)
                return
            sending = _Sending(room, voice, clip, play, rule, step, self._clock.monotonic() - load_s)
            await self._stop_loop(room.room_id)
            if play.is_looped:
                self._start_loop(sending)
                return
            await self._send(sending)
        self.open_microphone(room)

    async def play_together(
        self, play: ClipPlay, rooms: Sequence[RoomPort], *, rule: str | None = None, step: str | None = None
    ) -> float | None:
        """Play into several rooms that nothing else plays into, begun in one instant; ends with the last of them.

        Returns:
            Seconds between the first and the last room's first packet; None if nothing was sent.

        Raises:
            MediaError: the file cannot be played.
        """
        clip, deaf = await self._loaded(play), replace(play, is_ducked=False)  # who talks there is not told
        sendings = [_Sending(room, room.outgoing, clip, deaf, rule, step) for room in rooms if room.outgoing]
        playbacks = await asyncio.gather(*(self._send(sending) for sending in sendings))
        begun = [playback.started_s for playback in playbacks if playback.started_s is not None]
        return max(begun) - min(begun) if begun else None

    async def stop(self, name: str | None = None) -> None:
        """Stop what is heard of the bot in the room it is in; its microphone goes on.

        Args:
            name: of the sound, as the playbook has it: another one plays on; None is any.
        """
        if name not in (None, self._names.get(self._presence.here.room_id)):
            return
        await self.silence(self._presence.here.room_id)
        self.open_microphone(self._presence.here)

    def open_microphone(self, room: RoomPort) -> None:
        """Let the microphone run in this room, if the bot has one, publishes there, and the room is quiet."""
        if self._microphone is not None and room.outgoing is not None and self._is_quiet(room):
            self._group.create_task(
                self._begin_microphone(room, room.outgoing, self._microphone),
                name=f"{self._bot_id}/microphone",
            )

    async def silence(self, room_id: str) -> None:
        """Stop whatever the bot plays in this room."""
        await self._stop_loop(room_id)
        if room_id in self._playing:
            self._playing[room_id].stop()  # the step that plays it goes on from here

    async def close(self) -> None:
        """Silence everywhere, and wait for the reports of what was played."""
        self._is_closed = True
        self.ducking.close()
        for room_id in {*self._loops, *self._playing}:
            await self.silence(room_id)
        await asyncio.sleep(0)  # steps whose sound was stopped hand in its report
        if self._reports:
            await asyncio.wait(self._reports)

    async def _loaded(self, play: ClipPlay) -> Clip:
        """The clip's packets, from the process's cache if it was played before."""
        return await self._load(play.path, **play.shape)

    def _is_quiet(self, room: RoomPort) -> bool:
        is_busy = room.room_id in self._loops or self._locks[room.room_id].locked()
        return not (self._is_closed or room.is_closed or is_busy)

    async def _begin_microphone(self, room: RoomPort, voice: OutgoingPort, play: ClipPlay) -> None:
        try:
            sending = _Sending(room, voice, await self._loaded(play), play, "microphone", None)
        except MediaError as cause:
            self._log.error("audio_failed", clip=play.name, room=room.room_id, reason=str(cause))
            return
        if self._is_quiet(room):
            self._start_loop(sending)

    def _start_loop(self, sending: _Sending) -> None:
        self._names[sending.room.room_id] = sending.play.name
        self._loops[sending.room.room_id] = self._group.create_task(self._send(sending), name=f"{self._bot_id}/loop")

    async def _stop_loop(self, room_id: str) -> None:
        loop = self._loops.pop(room_id, None)
        if loop is None:
            return
        await asyncio.sleep(0)  # a loop that was only just started begins first
        if room_id in self._playing:
            self._playing[room_id].stop()
        await asyncio.wait([loop])

    async def _send(self, sending: _Sending) -> PlaybackPort:
        """Send one clip; whatever ends it, it is reported."""
        play_id, room_id = f"{self._bot_id}/{next(self._numbers)}", sending.room.room_id
        before, since = sending.voice.delivery(), self._clock.now()
        playback = self._begin(sending, play_id)
        self._playing[room_id], self._names[room_id] = playback, sending.play.name
        self.ducking.begin(sending.play, playback)
        try:
            if not isinstance(playback, Bursts) or await playback.has_begun():
                self._tell_start(sending, play_id)
                await playback.wait()
            return playback
        finally:
            playback.stop()
            self._measure(sending, playback)
            played = await playback.wait()
            self.ducking.end(playback)
            if self._playing.get(room_id) is playback:
                del self._playing[room_id]
            if self._loops.get(room_id) is asyncio.current_task():
                del self._loops[room_id]
            until: datetime | None = self._clock.now()
            span = (playback.since, playback.until) if isinstance(playback, Bursts) else (since, until)
            if span[0] is not None and span[1] is not None:
                self._spawn_report(sending, _Sent(play_id, span[0], span[1], before, played))

    def _measure(self, sending: _Sending, playback: PlaybackPort | Bursts) -> None:
        """How long a step's sound took to begin; the end of another sound of the same bot is not counted."""
        if sending.asked_at_s is not None and playback.started_s is not None:
            took_s = round(max(0.0, playback.started_s - sending.asked_at_s), 3)
            self._emit(Measured(bot_id=self._bot_id, what="audio_start", took_s=took_s))

    def _begin(self, sending: _Sending, play_id: str) -> PlaybackPort | Bursts:
        talks = sending.play.talks
        if talks >= 1.0:
            return sending.voice.play(sending.clip, loop=sending.play.is_looped)
        return Bursts(
            sending.voice, sending.clip, bursts_of(talks, self._rng),
            clock=self._clock, group=self._group, name=f"{play_id}/bursts",
        )  # fmt: skip

    def _tell_start(self, sending: _Sending, play_id: str) -> None:
        self._log.info(
            "audio_started",
            play=play_id,
            clip=sending.play.name,
            room=sending.room.room_id,
            is_looped=sending.play.is_looped,
            rule=sending.rule,
            step=sending.step,
        )

    def _spawn_report(self, sending: _Sending, sent: _Sent) -> None:
        report = self._report(sending, sent)
        try:
            task = self._group.create_task(report, name=f"{sent.play_id}/report")
        except RuntimeError:  # newer Pythons: the bot is being cancelled, nobody waits for reports any more
            report.close()
            return
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)

    async def _report(self, sending: _Sending, sent: _Sent) -> None:
        """Tell what became of a sound, when the media server's report can cover its last packet."""
        is_breakout = sending.room is not self._presence.parent
        if sent.played.outcome != "closed":
            await self._clock.sleep_until(self._clock.monotonic() + REPORT_WAIT_S)
        after = sending.voice.delivery()
        lost = max(0, after.packets_lost - sent.before.packets_lost)
        self._emit(
            PlayFinished(
                bot_id=self._bot_id,
                play_id=sent.play_id,
                clip=sending.play,
                room_id=sending.room.room_id,
                is_breakout=is_breakout,
                since=sent.since,
                until=sent.until,
                packets=sent.played.packets,
                delivered=max(0, sent.played.packets - lost) if after.has_report else None,
                outcome=sent.played.outcome,
                rule=sending.rule,
                step=sending.step,
            )
        )
