"""Who and what is in a room: the part of `Room` that only looks."""

from collections.abc import Mapping
from typing import Any

from bots.room.breakout import BreakoutState, BreakoutTable
from bots.room.events import BreakoutInvite, Participant, Talker
from bots.room.floor import Floor
from bots.room.network import Incoming, Outgoing
from bots.room.session.session import Session

__all__ = ["RoomView"]


class RoomView:
    """What can be read of a joined room; every value is as of now."""

    def __init__(self, session: Session, table: BreakoutTable) -> None:
        self._session = session
        self._table = table

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.room_id!r}, me={self.me.name!r}, is_closed={self.is_closed})"

    @property
    def room_id(self) -> str:
        return self._session.state.room_id

    @property
    def room_name(self) -> str:
        return self._session.state.room_name

    @property
    def meta(self) -> Mapping[str, Any]:
        """The room's description, as the server gave it on joining."""
        return self._session.state.meta

    @property
    def settings(self) -> Mapping[str, Any]:
        return self._session.state.settings

    @property
    def me(self) -> Participant:
        return self._session.state.me

    @property
    def client_id(self) -> str:
        return self._session.state.client_id

    @property
    def participants(self) -> Mapping[str, Participant]:
        """Everyone here by client id, the bot included; a live view."""
        return self._session.state.participants

    @property
    def took_s(self) -> Mapping[str, float]:
        """How long each step of the first join took, seconds: `join_s` (until the room let the bot in), `publish_s` and
        `listen_s` (until sound could go out and come in)."""
        return self._session.took_s

    @property
    def awaited(self) -> Mapping[str, Participant]:
        """Who waits to be let in, by client id, as moderators are told; a live view."""
        return self._session.state.awaited

    @property
    def floor(self) -> Floor:
        """The floor of a lecture: hands, offers, who has it."""
        return self._session.state.floor

    @property
    def has_floor(self) -> bool:
        """May the bot be heard here: in a group always, in a lecture with the floor."""
        return self._session.state.has_floor

    @property
    def mode(self) -> str:
        """`group` or `lecture`, now."""
        return self._session.state.mode

    @property
    def is_recorded(self) -> bool:
        """Is the room recorded now?"""
        return self._session.state.is_recorded

    @property
    def is_locked(self) -> bool:
        """Does nobody come in any more?"""
        return self._session.state.is_locked

    @property
    def pinned(self) -> tuple[str, ...]:
        """Who is pinned, by client id."""
        return self._session.state.shown.pinned

    @property
    def in_spotlight(self) -> tuple[str, ...]:
        """Who is in the spotlight, by client id."""
        return self._session.state.shown.in_spotlight

    @property
    def talkers(self) -> tuple[Talker, ...]:
        """Who is heard in which slot now."""
        return self._session.state.talkers

    @property
    def is_moderator(self) -> bool:
        return self.me.is_moderator

    @property
    def is_closed(self) -> bool:
        return self._session.is_closed

    @property
    def is_connected(self) -> bool:
        """Whether the connection and its media are there: not lost, not on the way back."""
        return self._session.is_connected

    @property
    def is_returning(self) -> bool:
        """Whether it is out of a breakout, and this room is not resumed yet: until then no other can be joined."""
        return self._table.state is BreakoutState.RETURNING

    @property
    def is_muted(self) -> bool:
        """Whether nothing of the bot can be heard: by its own wish, a pause, or a moderator."""
        return self._session.microphone.is_muted

    @property
    def is_hard_muted(self) -> bool:
        return self._session.microphone.is_hard_muted

    @property
    def outgoing(self) -> Outgoing | None:
        """What the bot sends; None if it joined without publishing."""
        return self._session.outgoing

    @property
    def incoming(self) -> Mapping[int, Incoming]:
        """What the bot hears, by slot; empty if it joined without listening."""
        return self._session.incoming

    @property
    def invites(self) -> Mapping[str, BreakoutInvite]:
        """Open invites to breakout rooms, by room id; a live view."""
        return self._table.invites
