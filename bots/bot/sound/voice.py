"""What a bot lets others hear: clips of steps, loops, and its microphone; in each room one at a time, and one over it.

A clip waits for the clip before it, unless it replaces it; it stops a loop. One that is mixed in lets go on what plays,
and waits only for another of its kind. The microphone is a loop that comes back when the room is quiet again. Every
sound is logged when it starts, and reported (`PlayFinished`) when it has ended and the media server's report about it
is in.
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from random import Random

from structlog.typing import FilteringBoundLogger

from bots.bot.contract.clip import ClipPlay
from bots.bot.contract.messages import BotEvent, Measured, PlayFinished
from bots.bot.contract.ports import LoadClip, OutgoingPort, PlaybackPort, RoomPort
from bots.bot.place.presence import Presence
from bots.bot.rules.outcome import CannotDo
from bots.bot.sound.air import Air, Sending, Sent
from bots.bot.sound.bursts import Bursts, bursts_of
from bots.bot.sound.ducking import Ducking
from bots.clock import Clock
from bots.errors import MediaError
from bots.media import Clip
from bots.playbook import IfPlaying

__all__ = ["Sound"]

REPORT_WAIT_S = 1.5  # receiver reports come about every second; the one after the last packet counts


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
        self._airs: defaultdict[str, Air] = defaultdict(Air)  # by room
        self._reports: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def play(
        self, play: ClipPlay, *, rule: str | None = None, step: str | None = None, if_playing: IfPlaying = "queue"
    ) -> str | None:
        """Play into the room that the bot is in when its turn comes; a clip is waited for, a loop is only started.

        Args:
            if_playing: what to do about the clip that plays: wait for it and those that wait, end all of them, or let
                it go on below this one, which is no loop.

        Returns:
            The id of the room; None if another sound has taken the place of all that waited.

        Raises:
            CannotDo: the bot publishes nothing there.
            RequestRefused: the connection is lost, and did not come back in time.
            MediaError: the file cannot be played.
        """
        await self._audible_room()
        began_s = self._clock.monotonic()
        clip = await self._loaded(play)
        load_s = self._clock.monotonic() - began_s
        turn = next(self._turns)
        while True:
            room = await self._audible_room()
            air = self._airs[room.room_id]
            if if_playing == "replace":
                self._replace(air, turn)
            async with self._turn(air, is_over=if_playing == "mix"):
                voice = room.outgoing
                if self._presence.here is not room or voice is None:
                    continue  # the bot has gone on to another room while this waited for its turn
                if turn < air.replaced:
                    self._log.info("audio_replaced", clip=play.name, rule=rule, step=step)
                    return None
                asked_at_s = self._clock.monotonic() - load_s
                await self._play_now(Sending(room, voice, clip, play, rule, step, asked_at_s, if_playing == "mix"))
            if if_playing != "mix" and not play.is_looped:
                self.open_microphone(room)
            return room.room_id

    async def _audible_room(self) -> RoomPort:
        """The room that the bot is in, when it is connected; it publishes there."""
        await self._presence.here.wait_connected()
        room = self._presence.here
        if room.outgoing is None:
            raise CannotDo(f"the bot publishes nothing in room {room.room_id}: it is there without audio")
        return room

    @staticmethod
    def _replace(air: Air, turn: int) -> None:
        """End what plays, but for a loop, which whoever plays next ends; those that wait give up at their turn."""
        air.replaced = max(air.replaced, turn)
        for playing in (air.playing if air.loop is None else None, air.playing_over):
            if playing is not None:
                playing.stop()

    @asynccontextmanager
    async def _turn(self, air: Air, *, is_over: bool) -> AsyncIterator[None]:
        """Wait until nothing is heard that this would cut short, and keep others out."""
        if is_over:
            async with air.over:
                yield
            return
        async with air.clips:
            async with air.over:
                pass  # what is mixed in and began before this is heard to its end
            yield

    async def _play_now(self, sending: Sending) -> None:
        """It is this sound's turn."""
        if sending.is_over:
            await self._send(sending)
            return
        await self._stop_loop(self._airs[sending.room.room_id])
        if sending.play.is_looped:
            self._start_loop(sending)
        else:
            await self._send(sending)

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
        sendings = [Sending(room, room.outgoing, clip, deaf, rule, step) for room in rooms if room.outgoing]
        playbacks = await asyncio.gather(*(self._send(sending) for sending in sendings))
        begun = [playback.started_s for playback in playbacks if playback.started_s is not None]
        return max(begun) - min(begun) if begun else None

    async def stop(self, name: str | None = None) -> None:
        """Stop what is heard of the bot in the room it is in; its microphone goes on.

        Args:
            name: of the sound, as the playbook has it: another one plays on; None is any.
        """
        room = self._presence.here
        air = self._airs[room.room_id]
        if name is None:
            await self._end(air)
        elif name == air.over_name and air.playing_over is not None:
            air.playing_over.stop()
        if name == air.name:
            await self._end_below(air)
        if name in (None, air.name):
            self.open_microphone(room)

    def open_microphone(self, room: RoomPort) -> None:
        """Let the microphone run in this room, if the bot has one, publishes there, and the room is quiet."""
        if self._microphone is not None and room.outgoing is not None and self._is_quiet(room):
            self._group.create_task(
                self._begin_microphone(room, room.outgoing, self._microphone),
                name=f"{self._bot_id}/microphone",
            )

    async def silence(self, room_id: str) -> None:
        """Stop whatever the bot plays in this room."""
        await self._end(self._airs[room_id])

    async def _end(self, air: Air) -> None:
        if air.playing_over is not None:
            air.playing_over.stop()
        await self._end_below(air)

    async def _end_below(self, air: Air) -> None:
        await self._stop_loop(air)
        if air.playing is not None:
            air.playing.stop()  # the step that plays it goes on from here

    async def close(self) -> None:
        """Silence everywhere, and wait for the reports of what was played."""
        self._is_closed = True
        self.ducking.close()
        for room_id in tuple(self._airs):
            await self.silence(room_id)
        await asyncio.sleep(0)  # steps whose sound was stopped hand in its report
        if self._reports:
            await asyncio.wait(self._reports)

    async def _loaded(self, play: ClipPlay) -> Clip:
        """The clip's packets, from the process's cache if it was played before."""
        return await self._load(play.path, **play.shape)

    def _is_quiet(self, room: RoomPort) -> bool:
        air = self._airs[room.room_id]
        return not (self._is_closed or room.is_closed or air.loop is not None or air.clips.locked())

    async def _begin_microphone(self, room: RoomPort, voice: OutgoingPort, play: ClipPlay) -> None:
        try:
            sending = Sending(room, voice, await self._loaded(play), play, "microphone", None)
        except MediaError as cause:
            self._log.error("audio_failed", clip=play.name, room=room.room_id, reason=str(cause))
            return
        if self._is_quiet(room):
            self._start_loop(sending)

    def _start_loop(self, sending: Sending) -> None:
        air = self._airs[sending.room.room_id]
        air.name = sending.play.name
        air.loop = self._group.create_task(self._send(sending), name=f"{self._bot_id}/loop")

    @staticmethod
    async def _stop_loop(air: Air) -> None:
        loop, air.loop = air.loop, None
        if loop is None:
            return
        await asyncio.sleep(0)  # a loop that was only just started begins first
        if air.playing is not None:
            air.playing.stop()
        await asyncio.wait([loop])

    async def _send(self, sending: Sending) -> PlaybackPort:
        """Send one clip; whatever ends it, it is reported."""
        play_id, air = f"{self._bot_id}/{next(self._numbers)}", self._airs[sending.room.room_id]
        before, since = sending.voice.delivery(), self._clock.now()
        playback = self._begin(sending, play_id)
        self._put(sending, playback, air)
        try:
            if not isinstance(playback, Bursts) or await playback.has_begun():
                self._tell_start(sending, play_id)
                await playback.wait()
            return playback
        finally:
            playback.stop()
            self._measure(sending, playback)
            played = await playback.wait()
            self._take_away(playback, air)
            until: datetime | None = self._clock.now()
            span = (playback.since, playback.until) if isinstance(playback, Bursts) else (since, until)
            if span[0] is not None and span[1] is not None:
                self._spawn_report(sending, Sent(play_id, span[0], span[1], before, played))

    def _put(self, sending: Sending, playback: PlaybackPort, air: Air) -> None:
        """It is heard now; below it is what it was mixed into."""
        if sending.is_over:
            air.playing_over, air.over_name = playback, sending.play.name
            if air.playing is not None:
                self.ducking.put_under(air.playing, is_under=True)
        else:
            air.playing, air.name = playback, sending.play.name
        is_under = not sending.is_over and air.playing_over is not None
        self.ducking.begin(sending.play, playback, is_under=is_under)

    def _take_away(self, playback: PlaybackPort, air: Air) -> None:
        """It is heard no more."""
        self.ducking.end(playback)
        if air.playing_over is playback:
            air.playing_over = None
            if air.playing is not None:
                self.ducking.put_under(air.playing, is_under=False)
        if air.playing is playback:
            air.playing = None
        if air.loop is asyncio.current_task():
            air.loop = None

    def _measure(self, sending: Sending, playback: PlaybackPort | Bursts) -> None:
        """How long a step's sound took to begin; the end of another sound of the same bot is not counted."""
        if sending.asked_at_s is not None and playback.started_s is not None:
            took_s = round(max(0.0, playback.started_s - sending.asked_at_s), 3)
            self._emit(Measured(bot_id=self._bot_id, what="audio_start", took_s=took_s))

    def _begin(self, sending: Sending, play_id: str) -> PlaybackPort | Bursts:
        talks = sending.play.talks
        if talks >= 1.0:
            return sending.voice.play(sending.clip, loop=sending.play.is_looped, over=sending.is_over)
        return Bursts(
            sending.voice, sending.clip, bursts_of(talks, self._rng),
            clock=self._clock, group=self._group, name=f"{play_id}/bursts",
        )  # fmt: skip

    def _tell_start(self, sending: Sending, play_id: str) -> None:
        self._log.info(
            "audio_started",
            play=play_id,
            clip=sending.play.name,
            room=sending.room.room_id,
            is_looped=sending.play.is_looped,
            rule=sending.rule,
            step=sending.step,
        )

    def _spawn_report(self, sending: Sending, sent: Sent) -> None:
        report = self._report(sending, sent)
        try:
            task = self._group.create_task(report, name=f"{sent.play_id}/report")
        except RuntimeError:  # newer Pythons: the bot is being cancelled, nobody waits for reports any more
            report.close()
            return
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)

    async def _report(self, sending: Sending, sent: Sent) -> None:
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
