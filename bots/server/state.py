"""Rooms of the embedded server, as plain state; the rules stand in the files beside."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from bots.server.effects import Effect, GiveUp, Send
from bots.server.member import Member
from bots.server.provisioning.settings import starts_at
from bots.server.tokens import Claim
from bots.wire import CanvasStopped, Notice, ShareStopped, Stream

__all__ = [
    "Breakout",
    "Floor",
    "Room",
    "Sharing",
]

MOST_ABSENT = 1_000  # of a room; a class that loses its network has tens


@dataclass(slots=True)
class Breakout:
    """What makes a room a breakout room; client ids are the parent's."""

    parent_id: str
    creator_id: str
    capacity: int
    invited: dict[str, str] = field(default_factory=dict)
    """Who is invited -> who invited."""
    joining: dict[str, GiveUp] = field(default_factory=dict)
    """Who has a token and is not connected yet -> until when its place is kept."""
    lost: dict[str, GiveUp] = field(default_factory=dict)
    """Whose connection inside broke -> until when its place is kept for a reconnect."""
    members: dict[str, str] = field(default_factory=dict)
    """Who is inside: parent client id -> client id inside."""
    was_entered: bool = False
    """Somebody has been inside: the room ends when it is empty again."""
    announced: set[str] = field(default_factory=set)
    """Members whose joining the others have been told."""

    @property
    def taken(self) -> int:
        """How many of the places nobody else can have."""
        return len(self.members) + len(self.joining) + len(self.lost)

    @property
    def is_over(self) -> bool:
        """Whether all who were inside have left, and nobody is on the way."""
        return self.was_entered and not self.taken

    def enter(self, parent_client_id: str, client_id: str) -> None:
        """Somebody is inside; the invitation is used up."""
        for places in (self.joining, self.lost, self.invited):
            places.pop(parent_client_id, None)
        self.was_entered = True
        self.members[parent_client_id] = client_id

    def awaits(self, parent_client_id: str, token_id: str) -> bool:
        """Whether this token is the one that a place is kept for."""
        kept = (places.get(parent_client_id) for places in (self.joining, self.lost))
        return any(place is not None and place.token_id == token_id for place in kept)


@dataclass(slots=True)
class Sharing:
    """Somebody's screen or canvas: asked for, or (with a `stream_id`) published."""

    client_id: str
    stream_id: int = 0
    canvas_type: str = "default"


@dataclass(slots=True)
class Floor:
    """Who may speak in a lecture, beside moderators; by client id."""

    is_open: bool = False
    """Everybody may."""
    hands: dict[str, str] = field(default_factory=dict)
    """Who has asked for the floor -> the name."""
    invites: dict[str, str] = field(default_factory=dict)
    """Whom it is offered to -> by which moderator."""
    granted: dict[str, str] = field(default_factory=dict)
    """Who has it -> from which moderator."""
    past: dict[str, int] = field(default_factory=dict)
    """How the last time ended -> result code."""

    def grant(self, client_id: str, moderator_id: str) -> None:
        self.forget(client_id)
        self.granted[client_id] = moderator_id

    def forget(self, client_id: str, ended: int | None = None) -> None:
        """Neither hand nor invite nor floor any more."""
        for places in (self.hands, self.invites, self.granted):
            places.pop(client_id, None)
        self.past.pop(client_id, None)
        if ended is not None:
            self.past[client_id] = ended


@dataclass(slots=True)
class Room:
    """A room: permanent, made through the Server API, or a breakout room of one."""

    SHARED_AS: ClassVar[Mapping[str, int]] = {"screen": 101, "canvas": 102}
    """The stream ids that shares are told under."""

    room_id: str
    body: dict[str, Any]
    """The room object of the Server API: name, owner_ref, settings, sip, data, created, room_id."""
    next_body: dict[str, Any] | None = None
    """A change that holds from the next session on (server-api.md section 2, PATCH)."""
    members: dict[str, Member] = field(default_factory=dict)
    waiting: dict[str, Member] = field(default_factory=dict)
    """Who has knocked and is not let in yet."""
    pinned: list[str] = field(default_factory=list)
    in_spotlight: list[str] = field(default_factory=list)
    admitted: set[str] = field(default_factory=set)
    """Whom a moderator has let in: a reconnect does not knock again."""
    is_knocked_at: bool | None = None
    """Must participants knock? None is as the settings say."""
    floor: Floor = field(default_factory=Floor)
    roles: dict[str, str] = field(default_factory=dict)
    """Whose role has changed -> the new one, which a reconnect keeps."""
    wishes: dict[str, str] = field(default_factory=dict)
    """Who asks for another role -> which."""
    mode_now: str | None = None
    """What a moderator has switched the mode to; None is as the settings say."""
    reminded_min: set[int] = field(default_factory=set)
    """So many minutes before the end everybody has been told of it."""
    has_begun: bool = False
    """A moderator has been here in this session."""
    is_muted: bool = False
    is_locked: bool = False
    hard_muted: set[str] = field(default_factory=set)
    """Whom a moderator has muted, also while a connection is lost: coming back must not undo it."""
    video_hard_muted: set[str] = field(default_factory=set)
    """The same for cameras."""
    used_tokens: dict[str, str] = field(default_factory=dict)
    """Token id -> the client that came with it; empty once that has left for good, so that it is good no more."""
    spent: deque[tuple[str, float]] = field(default_factory=deque)
    """Tokens that are good no more, and when each expires: until then they have to be known."""
    dropped_tokens: set[str] = field(default_factory=set)
    """With which somebody came whom a moderator has dropped; until they expire."""
    absent: dict[str, Member] = field(default_factory=dict)
    """Whose connection was lost for too long, as they were: they may come back and go on; the longest lost first."""
    breakout: Breakout | None = None
    breakout_ids: list[str] = field(default_factory=list)
    session: int = 0
    """How many sessions this room has had; a part of `conf_num`."""
    began_at: float | None = None
    """When the session began, Unix time, seconds; of an ad-hoc room, the first one."""
    is_recorded: bool = False
    sharing: dict[str, Sharing] = field(default_factory=dict)
    """screen or canvas -> whose."""
    custom: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What applications keep here, by scope; that of users by who they are."""
    extended_min: int = 0
    """Minutes by which this session has been made longer."""

    @property
    def name(self) -> str:
        return str(self.body["name"])

    @property
    def settings(self) -> Mapping[str, Any]:
        settings: Mapping[str, Any] = self.body["settings"]
        return settings

    @property
    def slots(self) -> int:
        """How many talkers a member hears at once."""
        return int(self.settings["max_active_talkers"])

    @property
    def mode(self) -> str:
        """`group` or `lecture`, now."""
        return str(self.mode_now or self.settings["mode"])

    @property
    def is_lecture(self) -> bool:
        return self.mode == "lecture"

    @property
    def conf_num(self) -> str:
        """The number of the session that runs, or of the last one."""
        return f"{self.room_id}-{self.session}"

    @property
    def is_adhoc(self) -> bool:
        return self.settings.get("adhoc") is True

    @property
    def ends_at(self) -> datetime | None:
        """When the session's duration is over, or the planned one's; None if nothing ends it.

        Source: server-api.md section 5. A breakout room ends with its parent.
        """
        minutes = self.settings.get("duration")
        if minutes is None or self.breakout is not None:
            return None
        began = starts_at(self.settings)
        if began is None and self.began_at is not None:
            began = datetime.fromtimestamp(self.began_at, UTC)
        return None if began is None else began + timedelta(minutes=minutes + self.extended_min)

    @property
    def knocks(self) -> bool:
        """Must a participant be let in by a moderator?"""
        if self.is_knocked_at is None:
            return self.breakout is None and self.settings.get("knock") is True
        return self.is_knocked_at

    @property
    def awaits_moderator(self) -> bool:
        """Does nothing happen here until a moderator comes?"""
        return self.breakout is None and not self.has_begun and self.settings.get("wait_for_moderator") is True

    def awaited(self) -> list[dict[str, str]]:
        """Those who wait, as moderators are told of them."""
        return [{"clientId": one.client_id, "name": one.claim.name} for one in self.waiting.values()]

    def hands_told(self, member: Member) -> dict[str, Any]:
        """Hands, offers and grants so far, for a moderator; for others nothing."""
        floor, people = self.floor, self.members if member.is_moderator else {}
        names = {client_id: one.claim.name for client_id, one in people.items()}

        def told(entries: Mapping[str, str]) -> tuple[dict[str, str], ...]:
            return tuple(
                {"clientId": one, "name": names[one], "moderatorId": moderator}
                for one, moderator in entries.items()
                if one in names
            )

        return {
            "raised_hands": tuple({"clientId": one, "name": names[one]} for one in floor.hands if one in names),
            "floor_invites": told(floor.invites),
            "approved_hands": told(floor.granted),
        }

    def wishes_told(self) -> tuple[dict[str, str], ...]:
        """Who asks for another role, as moderators are told."""
        return tuple(
            {"clientId": client_id, "name": self.members[client_id].claim.name, "role": role}
            for client_id, role in self.wishes.items()
        )

    @staticmethod
    def share_permissions() -> dict[str, Any]:
        """Who may share a screen or a canvas: everybody."""
        sharing = {"mode": "open", "state": "idle", "approved": [], "pending": []}
        return {"screen": dict(sharing), "canvas": dict(sharing)}

    def streams(self, member: Member) -> tuple[Stream, ...]:
        """What this member can subscribe to: the talker slots."""
        # 3.1.8 counts two media lines for each stream; for older clients a video line would be waste
        return tuple(
            Stream(id=slot, audio=True, video=member.is_single_pc, attributes={"name": f"talker {slot}"})
            for slot in range(1, self.slots + 1)
        )

    def hide(self, client_id: str) -> None:
        """Neither pinned nor in the spotlight any more."""
        for shown in (self.pinned, self.in_spotlight):
            if client_id in shown:
                shown.remove(client_id)

    def spend(self, claim: Claim) -> None:
        """Nobody comes with this token again."""
        self.used_tokens[claim.token_id] = ""
        self.spent.append((claim.token_id, claim.expires_at))

    def forget_spent(self, now: float) -> None:
        """Forget tokens that would be refused as expired by now."""
        while self.spent and self.spent[0][1] < now:
            token_id, _ = self.spent.popleft()
            self.dropped_tokens.discard(token_id)
            if not self.used_tokens.get(token_id):
                self.used_tokens.pop(token_id, None)

    def miss(self, member: Member) -> None:
        """Somebody's connection was lost for too long: they may come back, unless very many are lost after them."""
        self.absent[member.client_id] = member
        if len(self.absent) > MOST_ABSENT:
            self.dismiss(self.absent.pop(next(iter(self.absent))))

    def dismiss(self, member: Member) -> None:
        """Somebody has left for good: whoever comes with a new token is somebody new."""
        self.spend(member.claim)
        self.hard_muted.discard(member.client_id)
        self.video_hard_muted.discard(member.client_id)
        self.roles.pop(member.client_id, None)

    def end_session(self) -> None:
        """Nobody is here any more: the next session starts afresh."""
        self.change(self.next_body or self.body)
        self.hard_muted.clear()
        self.video_hard_muted.clear()
        self.absent.clear()
        self.admitted.clear()
        self.roles.clear()
        self.wishes.clear()
        self.reminded_min.clear()
        self.is_knocked_at = self.mode_now = None
        self.floor = Floor()
        self.pinned, self.in_spotlight = [], []
        self.is_recorded = False
        self.sharing.clear()
        self.custom.pop("session", None)
        self.has_begun = self.is_muted = self.is_locked = False

    def change(self, body: dict[str, Any]) -> None:
        """Take a new room object: now, or when the session that runs is over."""
        if self.members:
            self.next_body = body
        else:
            self.body, self.next_body = body, None

    def end_sharing(self, client_id: str, kind: str) -> list[Effect]:
        """A share is over, or was asked for in vain; everybody is told of one that was published."""
        sharing = self.sharing.get(kind)
        if sharing is None or sharing.client_id != client_id:
            return []
        del self.sharing[kind]
        if not sharing.stream_id:
            return []
        name = self.members[client_id].claim.name if client_id in self.members else ""
        if kind == "canvas":
            stopped: Notice = CanvasStopped(
                client_id=client_id, name=name, stream_id=self.SHARED_AS[kind], canvas_type=sharing.canvas_type
            )
        else:
            stopped = ShareStopped(client_id=client_id, name=name, stream_id=self.SHARED_AS[kind])
        return self.tell(stopped)

    def moderators(self) -> Iterator[Member]:
        return (member for member in self.members.values() if member.is_moderator)

    def others(self, client_id: str) -> Iterator[Member]:
        return (member for member in self.members.values() if member.client_id != client_id)

    def tell(self, notice: Notice, *, but: str = "") -> list[Effect]:
        """Say the same to every member, except `but`; nobody hears of anybody before the moderator is there."""
        if self.awaits_moderator:
            return []
        return [Send(member.client_id, notice) for member in self.others(but)]
