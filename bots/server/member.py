"""Somebody in a room of the embedded server, as plain state."""

from dataclasses import dataclass, field
from typing import Any

from bots.server.tokens import Claim
from bots.wire import Permissions, User

__all__ = ["Member"]


@dataclass(slots=True)
class Member:
    """One connection in one room."""

    client_id: str
    claim: Claim
    is_single_pc: bool = False
    address: str = ""
    """The IP address that it came from."""
    agent: str = ""
    """What program it says it is."""
    is_self_muted: bool = False
    is_hard_muted: bool = False
    is_room_muted: bool = False
    is_video_muted: bool = True
    is_video_hard_muted: bool = False
    is_paused: bool = False
    """`muteRoom`: neither sends nor receives here, usually because it is in a breakout room."""
    is_returning: bool = False
    """Left a breakout room and has not resumed the parent yet."""
    watches_talk: bool = False
    """Has asked to be told who talks."""
    talkers: int | None = None
    """How many talkers it has asked for; None is as many as the room has."""
    audio_talkers: int | None = None
    """Of these, how many it hears."""
    publication_ids: set[int] = field(default_factory=set)
    custom: dict[str, Any] | None = None
    """What an application keeps with this user."""
    role: str = ""
    """Now; at first, what the token says."""
    loss: int | None = None
    """Its connection is lost, and this is the number of the loss; for a while nobody is told."""

    def __post_init__(self) -> None:
        self.role = self.role or self.claim.role

    @property
    def is_moderator(self) -> bool:
        return self.role == "moderator"

    @property
    def may_publish(self) -> bool:
        return self.role in ("moderator", "participant")

    @property
    def is_audible(self) -> bool:
        """Whether the server forwards what this member sends."""
        return not (self.is_self_muted or self.is_hard_muted or self.is_room_muted or self.is_paused)

    def resume(self, before: "Member") -> None:
        """Be as before the loss of the connection: a client that goes on says only what has changed."""
        self.is_self_muted = before.is_self_muted
        self.is_video_muted = before.is_video_muted
        self.is_paused = before.is_paused
        self.is_returning = before.is_returning
        self.watches_talk = before.watches_talk
        self.talkers, self.audio_talkers = before.talkers, before.audio_talkers

    def user(self) -> User:
        """The member as other clients see it."""
        silenced = self.is_self_muted or self.is_hard_muted or self.is_room_muted
        return User(
            client_id=self.client_id,
            name=self.claim.name,
            role=self.role,
            user_ref=self.claim.user_ref,
            permissions=Permissions(publish=self.may_publish, controlhandlers=self.is_moderator),
            audio_muted=silenced,
            video_muted=self.is_video_muted or self.is_video_hard_muted,
            data=self.claim.data or None,
            custom=self.custom,
        )
