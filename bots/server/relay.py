"""The media relay: takes each talker's packets once and forwards them to the slots of whoever listens.

Nothing is decoded. A publication is a peer connection that receives; a subscription is one that sends one slot (SDK
2.3.16, our bots) or all of them (SDK 3.1.8). Source: signalling.md sections 5 to 7, 12.1, 14.1, 14.9.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from bots.errors import MediaError
from bots.media import (
    LineAnswer,
    OfferedLine,
    PeerConnection,
    build_receiver_report,
    parse_rtcp,
    parse_rtp,
)
from bots.server.forward import SILENT_LEVEL, SlotStream
from bots.server.people import Listening, Person, Publication, Seating, Subscription
from bots.server.provisioning.calls import Calls
from bots.server.recording.recorder import Recorder
from bots.server.rooms import Rooms
from bots.server.talkers import Voice
from bots.wire import MediaSignal, Notice, Signal

__all__ = ["Relay"]

BEAT_S = 1.0  # reports and the silence of empty slots
LOOK_S = 0.25  # how soon the end of somebody's speech gives the slot to another
FIRST_PUBLICATION = 900_000_001  # far above the slots' ids: signalling carries one id for both directions
SHORTEST_SOUND = 4  # bytes; a shorter Opus packet is DTX, for clients that offer no audio level

log = structlog.get_logger()


class Relay:
    """All media of the server.

    Args:
        rooms: the registry.
        loopback: whether ICE uses 127.0.0.1 only.
        tell: says something to one client.
        unix_s: the time of day, for sender reports.
        calls: keeps record of how long sound went out and came in.
        recorder: is given what can be heard in a room that is recorded.
        unpublished: is told of a publication whose media have ended, though nobody has said so.
    """

    def __init__(
        self,
        rooms: Rooms,
        *,
        loopback: bool,
        tell: Callable[[str, Notice], None],
        unix_s: Callable[[], float],
        calls: Calls,
        recorder: Recorder,
        unpublished: Callable[[str, int], None],
    ) -> None:
        self._rooms = rooms
        self._loopback = loopback
        self._tell = tell
        self._unix_s = unix_s
        self._calls = calls
        self._recorder = recorder
        self._unpublished = unpublished
        self._people: dict[str, Person] = {}
        self._seating = Seating(tell)
        self._next_publication = FIRST_PUBLICATION
        self._tasks: set[asyncio.Task[None]] = set()
        self._beat: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin the beat of reports and silence."""
        self._beat = asyncio.create_task(self._run_beat(), name="relay/beat")

    async def stop(self) -> None:
        """Close every connection and end every task."""
        for client_id in tuple(self._people):
            self.forget(client_id)
        if self._beat is not None:
            self._beat.cancel()
            await asyncio.gather(self._beat, return_exceptions=True)
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- members

    def enter(self, client_id: str) -> None:
        """A member is connected: its first talker list. Who is back is heard by its old media until new ones are up."""
        place = self._rooms.place_of(client_id)
        if place is None:
            return
        person = self._people.get(client_id)
        if person is None:
            person = self._people[client_id] = Person(client_id, *place, Voice(client_id))
        else:
            person.return_as(place[1])
        self._seating.enter(person)

    def forget(self, client_id: str) -> None:
        """A member is gone: its connections too; its slots become free."""
        person = self._people.pop(client_id, None)
        if person is None:
            return
        for stream_id in tuple(person.publications):
            self._end_publication(person, stream_id)
        for subscription in person.subscriptions.values():
            self._close(subscription.peer)
        person.subscriptions.clear()
        self._seating.leave(person)

    def knows_slot(self, client_id: str, stream_id: int) -> bool:
        """Whether this member may subscribe to this stream."""
        person = self._people.get(client_id)
        return person is not None and 1 <= stream_id <= person.room.slots

    def publish(self, client_id: str, *, is_share: bool = False) -> int:
        """A new publication id; the offer comes under it. Of a shared screen or canvas nothing is forwarded."""
        stream_id = self._next_publication
        self._next_publication += 1
        person = self._people.get(client_id)
        if person is not None:
            person.publications[stream_id] = Publication(stream_id, person, is_share=is_share)
            person.member.publication_ids.add(stream_id)
        return stream_id

    def unpublish(self, client_id: str, stream_id: int) -> None:
        person = self._people.get(client_id)
        if person is not None and stream_id in person.publications:
            self._end_publication(person, stream_id)
            self._seating.update(person.room)

    def unsubscribe(self, client_id: str, stream_id: int) -> None:
        """End what was offered under this id; nothing if nothing was."""
        person = self._people.get(client_id)
        subscription = person.subscriptions.pop(stream_id, None) if person is not None else None
        if person is not None and subscription is not None:
            self._calls.media_ended(client_id, stream_id, is_publication=False)
            self._close(subscription.peer)
            self._seating.connect(person.room)

    # ---- negotiation

    def signal(self, client_id: str, request: Signal) -> None:
        """An offer or a candidate of a member's connection."""
        person = self._people.get(client_id)
        if person is None:
            return
        kind, body = request.msg.get("type"), request.msg
        if kind == "offer" and isinstance(body.get("sdp"), str):
            work = self._answer(person, request.stream_id, body["sdp"])
        elif kind == "candidate":
            candidate = body.get("candidate")
            text = candidate.get("candidate") if isinstance(candidate, dict) else candidate
            work = self._add_candidate(person, request.stream_id, text if isinstance(text, str) else None)
        else:
            return  # updatestream, control: layers of video, which this relay has none of
        self._spawn(work, f"relay/{client_id}/{request.stream_id}/{kind}")

    async def _answer(self, person: Person, stream_id: int, offer: str) -> None:
        peer = PeerConnection(loopback=self._loopback)
        old = person.publications.get(stream_id)
        person.waiting[stream_id] = waiting = list[str | None]()
        if old is not None:
            older, old.peer = old.peer, peer
            slots: dict[int, Listening] = {}
        elif self.knows_slot(person.client_id, stream_id):
            before = person.subscriptions.get(stream_id)
            older = before.peer if before is not None else None
            slots = {}
            person.subscriptions[stream_id] = Subscription(peer, slots)
        else:
            del person.waiting[stream_id]
            return self._close(peer)
        if older is not None:
            self._close(older)
        is_publication = old is not None
        numbers = iter(range(1, person.room.slots + 1) if person.member.is_single_pc else (stream_id,))
        wanted: dict[int, int] = {}  # media line -> slot

        def decide(index: int, line: OfferedLine) -> LineAnswer:
            if line.kind != "audio":
                return LineAnswer(direction="inactive")
            if is_publication:
                return LineAnswer(direction="recvonly")
            slot = next(numbers, None)
            if slot is None:
                return LineAnswer(direction="inactive")
            wanted[index] = slot
            return LineAnswer(direction="sendonly", ssrc=peer.new_ssrc())

        try:
            sdp = await peer.answer(offer, decide)
        except MediaError as error:
            if peer.state != "closed":
                log.warning("offer_refused", client_id=person.client_id, stream_id=stream_id, problem=str(error))
            if person.waiting.get(stream_id) is waiting:
                del person.waiting[stream_id]
            return self._close(peer)
        if person.waiting.get(stream_id) is not waiting:
            return None  # a newer offer has taken this one's place
        for index, slot in wanted.items():
            line = peer.lines[index]
            slots[slot] = Listening(peer, SlotStream(line.ssrc, line.payload_type, line.level_id))
        if old is not None:
            old.level_id = next((line.level_id for line in peer.lines if line.kind == "audio"), None)
            peer.set_receivers(
                lambda data, at: self._take_rtp(old, data, at), lambda data, at: self._take_rtcp(old, data, at)
            )
        peer.on_state(lambda state: self._state_changed(person, stream_id, is_publication, peer, state))
        self._say(person, stream_id, is_publication, {"type": "answer", "sdp": sdp, "media": []})
        del person.waiting[stream_id]
        for candidate in waiting:
            await peer.add_candidate(candidate)
        return None

    async def _add_candidate(self, person: Person, stream_id: int, candidate: str | None) -> None:
        if stream_id in person.waiting:
            person.waiting[stream_id].append(candidate)
            return
        publication = person.publications.get(stream_id)
        subscription = person.subscriptions.get(stream_id)
        peer = publication.peer if publication is not None else subscription.peer if subscription is not None else None
        if peer is not None:
            await peer.add_candidate(candidate)

    def _state_changed(
        self, person: Person, stream_id: int, is_publication: bool, peer: PeerConnection, state: str
    ) -> None:  # fmt: skip
        if self._people.get(person.client_id) is not person:
            return
        if state in ("failed", "closed"):
            self._media_ended(person, stream_id, peer)
        elif state == "connected":
            self._media_up(person, stream_id, is_publication, peer)

    def _media_up(self, person: Person, stream_id: int, is_publication: bool, peer: PeerConnection) -> None:
        self._calls.media_began(person.client_id, stream_id, is_publication=is_publication)
        self._say(person, stream_id, is_publication, {"type": "ready"})
        if is_publication:
            is_share = person.publications[stream_id].is_share
            for older in [n for n, one in person.publications.items() if n < stream_id and one.is_share == is_share]:
                self._end_publication(person, older)
            self._say(person, stream_id, is_publication, {"type": "started"})
        self._seating.connect(person.room)
        person.was_told = None  # joinRoom hands the room to its caller only now; what came before, the caller missed
        self._seating.seat(person)
        if not is_publication and (subscription := person.subscriptions.get(stream_id)) is not None:
            now = _now()
            for listening in subscription.slots.values():
                if not listening.is_busy:
                    peer.send_rtp(listening.stream.silence(now))

    def _say(self, person: Person, stream_id: int, is_publication: bool, msg: dict[str, Any]) -> None:
        if is_publication:
            self._tell(person.client_id, MediaSignal(stream_id=stream_id, msg=msg))
        else:
            self._tell(person.client_id, MediaSignal(peer_id=stream_id, msg=msg))

    # ---- packets

    def _take_rtp(self, publication: Publication, data: bytes, at: float) -> None:
        """One packet of a talker: the hot path."""
        parsed = parse_rtp(data, publication.level_id)
        if parsed is None:
            return
        header, payload, level = parsed
        publication.reception.take(header, at)
        owner = publication.owner
        if publication.is_share or not owner.member.is_audible or not payload:
            return
        if level is None:
            level = SILENT_LEVEL if len(payload) < SHORTEST_SOUND else 30
        if owner.room.is_recorded:
            self._recorder.take(owner.room.room_id, publication.stream_id, header, payload, at)
        if owner.voice.hear(level, at):
            self._seating.speech_began(owner.room)
        for listening in publication.listeners:
            packet = listening.stream.forward(publication.stream_id, header, payload, level, at)
            if packet is not None:
                listening.peer.send_rtp(packet)

    def _take_rtcp(self, publication: Publication, data: bytes, at: float) -> None:
        for report in parse_rtcp(data).sender_reports:
            if report.ssrc == publication.reception.ssrc:
                publication.reception.sender_reported(report.ntp_middle, at)

    async def _run_beat(self) -> None:
        reported_at = _now()
        while True:
            await asyncio.sleep(LOOK_S)
            now = _now()
            self._seating.notice_ends(now)
            if now - reported_at >= BEAT_S:
                reported_at = now
                for person in tuple(self._people.values()):
                    self._report(person, now)

    def _report(self, person: Person, now: float) -> None:
        for publication in person.publications.values():
            if publication.peer is not None and publication.reception.received:
                publication.peer.send_rtcp(build_receiver_report(1, [publication.reception.block(now)]))
        for subscription in person.subscriptions.values():
            for listening in subscription.slots.values():
                stream = listening.stream
                if now - stream.sent_at >= BEAT_S:
                    subscription.peer.send_rtp(stream.silence(now))
                subscription.peer.send_rtcp(stream.report(now, self._unix_s()))

    def update_around(self, client_id: str) -> None:
        """After a request that may have changed who is audible."""
        person = self._people.get(client_id)
        if person is not None:
            self._seating.update(person.room)

    # ---- ends

    def _media_ended(self, person: Person, stream_id: int, peer: PeerConnection) -> None:
        """The client has closed this connection, or nothing comes through it any more."""
        publication, subscription = person.publications.get(stream_id), person.subscriptions.get(stream_id)
        if publication is not None and publication.peer is peer:
            self._end_publication(person, stream_id)
            self._seating.update(person.room)
            self._unpublished(person.client_id, stream_id)
        elif subscription is not None and subscription.peer is peer:
            self.unsubscribe(person.client_id, stream_id)

    def _end_publication(self, person: Person, stream_id: int) -> None:
        publication = person.publications.pop(stream_id)
        self._calls.media_ended(person.client_id, stream_id, is_publication=True)
        person.member.publication_ids.discard(stream_id)
        publication.listeners = []
        if publication.peer is not None:
            self._close(publication.peer)

    def _close(self, peer: PeerConnection) -> None:
        self._spawn(peer.close(), "relay/close")

    def _spawn(self, work: Any, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("relay_task_failed", task=task.get_name(), exc_info=error)


def _now() -> float:
    return asyncio.get_running_loop().time()
