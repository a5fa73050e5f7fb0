"""Records rooms: the sound of everybody who may be heard, mixed, to one OGG/Opus file for each start and stop.

Packets are decoded only while their room is recorded; mixing and encoding happen in a thread, twice a second.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from bots.errors import MediaError
from bots.media import Mix, OggFile, OpusStream, RtpHeader, join_ogg
from bots.server.state import Room
from bots.server.watch import Watch

__all__ = ["Recorded", "Recorder"]

BEAT_S = 0.5  # between two writes
LATE_S = 1.5  # how long a packet may be under way and still be in the right place: more than media time allows
RATE_HZ = 48_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finished file."""

    room_id: str
    conf_num: str
    stage: int
    """1, 2, … in its session."""
    path: Path
    duration_s: float
    is_whole: bool
    """All of a session in one file, not just from one start to one stop."""
    is_joined_later: bool = False
    """A part of such a file."""


class Recorder(Watch):
    """All recordings of the server.

    Args:
        folder: where the files go; called when the first one is made.
        ready: is told of every finished file.
        failed: is told, by room, of a recording that could not go on.

    Recording begins and ends with `recording_began` and `recording_ended`; `take` is given the packets in between.
    """

    def __init__(
        self, folder: Callable[[], Path], *, ready: Callable[[Recorded], None], failed: Callable[[Room], None]
    ) -> None:
        self._folder = folder
        self._ready = ready
        self._failed = failed
        self._running: dict[str, _Recording] = {}  # by room
        self._parts: dict[str, list[asyncio.Task[Recorded | None]]] = {}  # by session
        self._tasks: set[asyncio.Task[None]] = set()

    def recording_began(self, room: Room, stream_id: int | None) -> None:
        parts = self._parts.setdefault(room.conf_num, [])
        recording = _Recording(room, len(parts) + 1, stream_id, asyncio.get_running_loop().time())
        self._running[room.room_id] = recording
        parts.append(asyncio.create_task(self._record(recording), name=f"recorder/{room.conf_num}/{recording.stage}"))

    def recording_ended(self, room: Room) -> None:
        if (recording := self._running.pop(room.room_id, None)) is not None:
            recording.stop(asyncio.get_running_loop().time())

    def session_ended(self, room: Room) -> None:
        parts = self._parts.pop(room.conf_num, None)
        if parts is None:
            return
        work = self._finish(room.room_id, room.conf_num, parts, wants_one=_wants_one(room))
        task = asyncio.create_task(work, name=f"recorder/{room.conf_num}/whole")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def take(self, room_id: str, stream_id: int, header: RtpHeader, payload: bytes, at_s: float) -> None:
        """One packet of somebody who may be heard, `at_s` monotonic seconds."""
        if (recording := self._running.get(room_id)) is not None:
            recording.take(stream_id, header, payload, at_s)

    async def stop(self) -> None:
        """Wait until every file is finished; sessions have to be over by now."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _record(self, recording: "_Recording") -> Recorded | None:
        """Write one file to its end; None if that failed."""
        try:
            path = self._folder() / f"{recording.conf_num}-{recording.stage}.ogg"
            duration_s = await recording.write(path)
        except (MediaError, OSError) as error:
            log.warning("recording_failed", room=recording.room.room_id, reason=str(error))
            if self._running.get(recording.room.room_id) is recording:
                del self._running[recording.room.room_id]
                self._failed(recording.room)
            return None
        done = Recorded(
            recording.room.room_id, recording.conf_num, recording.stage, path, duration_s, is_whole=False,
            is_joined_later=recording.wants_one,
        )  # fmt: skip
        log.info("recording_saved", room=done.room_id, file=str(path), duration_s=round(duration_s, 1))
        self._ready(done)
        return done

    async def _finish(
        self, room_id: str, conf_num: str, parts: "list[asyncio.Task[Recorded | None]]", *, wants_one: bool
    ) -> None:
        """After a session: wait for its files, and make one of them where the room's settings say so."""
        done = [one for one in await asyncio.gather(*parts) if one is not None]
        if not (wants_one and done):
            return
        path = done[0].path.with_name(f"{conf_num}.ogg")
        try:
            duration_s = await asyncio.to_thread(join_ogg, [one.path for one in done], path)
        except MediaError as error:
            log.warning("recording_failed", room=room_id, reason=str(error))
            return
        log.info("recording_saved", room=room_id, file=str(path), duration_s=round(duration_s, 1))
        self._ready(Recorded(room_id, conf_num, 1, path, duration_s, is_whole=True))


class _Recording:
    """From one start to one stop.

    Args:
        room: whose.
        stage: 1, 2, … in its session.
        stream_id: the one publication that is recorded; None for all.
        now_s: monotonic seconds.
    """

    def __init__(self, room: Room, stage: int, stream_id: int | None, now_s: float) -> None:
        self.room = room
        self.conf_num = room.conf_num
        self.stage = stage
        self.wants_one = _wants_one(room)
        self._only = stream_id
        self._mix = Mix(now_s)
        self._streams: dict[tuple[int, int], OpusStream] = {}
        self._ends_at_s: float | None = None
        self._ending = asyncio.Event()

    def take(self, stream_id: int, header: RtpHeader, payload: bytes, at_s: float) -> None:
        if self._only not in (None, stream_id):
            return
        key = (stream_id, header.ssrc)
        if (stream := self._streams.get(key)) is None:
            stream = self._streams[key] = OpusStream(RATE_HZ)
        samples = stream.decode(payload)
        if samples.size:
            self._mix.add(samples, stream.media_time(header.timestamp, at_s))

    def stop(self, now_s: float) -> None:
        self._ends_at_s = now_s
        self._ending.set()

    async def write(self, path: Path) -> float:
        """Write until the recording is stopped; the length of the file, seconds.

        Raises:
            MediaError: it cannot be written; what there was of it is deleted.
        """
        loop = asyncio.get_running_loop()
        file = await asyncio.to_thread(OggFile, path)
        try:
            while not self._ending.is_set():
                try:
                    async with asyncio.timeout(BEAT_S):
                        await self._ending.wait()
                except TimeoutError:
                    await asyncio.to_thread(file.write, self._mix.take(loop.time() - LATE_S))
            assert self._ends_at_s is not None, "it was stopped"
            await asyncio.to_thread(file.write, self._mix.take(self._ends_at_s))
            await asyncio.to_thread(file.close)
        except BaseException:
            await asyncio.to_thread(file.abandon)
            raise
        return file.duration_s


def _wants_one(room: Room) -> bool:
    """Whether the session that runs is to be one file."""
    return room.settings.get("single_file_recording") is True
