"""Who comes in, who speaks, who moderates, how long, recorded or not, a group or a lecture."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from bots.playbook.model.steps.any import AnyStep, Survival
from bots.playbook.values.people import Who
from bots.playbook.values.shape import bad

__all__ = ["Admit", "ChangeRole", "Deny", "Extend", "Floor", "Knock", "Mode", "Pin", "Recording", "Spotlight"]


class Admit(AnyStep):
    """Let people in who wait to be let in."""

    short: ClassVar[str] = "people"
    survival: ClassVar[Survival] = "reconcile"
    kind: Literal["admit"] = "admit"
    people: Who = Field(description="Whom of those who wait; person is the one who fired the rule.")


class Deny(AnyStep):
    """Turn people away who wait to be let in."""

    short: ClassVar[str] = "people"
    survival: ClassVar[Survival] = "reconcile"
    kind: Literal["deny"] = "deny"
    people: Who = Field(description="Whom of those who wait; person is the one who fired the rule.")


class Floor(AnyStep):
    """Ask for the floor of a lecture, or decide who has it: one key, the bare word is `act`."""

    short: ClassVar[str] = "act"
    survival: ClassVar[Survival] = "reconcile"
    kind: Literal["floor"] = "floor"
    act: Literal["request", "cancel", "release", "reject", "open", "close"] | None = Field(
        default=None,
        description="As a participant: ask for it or take it as offered; take that back; give it back; reject an offer."
        " As a moderator: open it to everybody; close it again.",
    )
    grant: Who | None = Field(default=None, description="Whom of those who ask for it.")
    deny: Who | None = Field(default=None, description="Whom of those who ask for it.")
    release: Who | None = Field(default=None, description="From whom it is taken back.")
    invite: Who | None = Field(default=None, description="To whom it is offered.")
    cancel: Who | None = Field(default=None, description="To whom it is no longer offered.")

    @model_validator(mode="after")
    def _one(self) -> "Floor":
        if sum(one is not None for one in (self.act, *self._decisions().values())) != 1:
            raise bad(
                "bad-value",
                "floor is request, cancel, release, reject, open or close, or one of grant, deny, release, invite,"
                " cancel",
            )
        return self

    @property
    def is_moderating(self) -> bool:
        """Is it about others?"""
        return self.act in ("open", "close") or self.decision is not None

    def _decisions(self) -> dict[str, tuple[str, ...] | None]:
        return {name: getattr(self, name) for name in ("grant", "deny", "release", "invite", "cancel")}

    @property
    def decision(self) -> tuple[str, tuple[str, ...]] | None:
        """What a moderator decides, and about whom; None for what the bot does about its own floor."""
        return next(((name, who) for name, who in self._decisions().items() if who is not None), None)


class ChangeRole(AnyStep):
    """Make people moderators or participants, or hand one's own moderator's role over."""

    survival: ClassVar[Survival] = "reconcile"
    kind: Literal["role"] = "role"
    moderator: Who | None = Field(default=None, description="Who becomes a moderator.")
    participant: Who | None = Field(default=None, description="Who becomes a participant.")
    hand_over: Who | None = Field(
        default=None, description="The one who becomes the moderator; the bot becomes a participant."
    )

    @model_validator(mode="after")
    def _one(self) -> "ChangeRole":
        if sum(one is not None for one in (self.moderator, self.participant, self.hand_over)) != 1:
            raise bad("bad-value", "role needs one of moderator, participant and hand_over")
        return self

    @property
    def change(self) -> tuple[str, tuple[str, ...]]:
        """The key that is given, and whom it names."""
        named = {"moderator": self.moderator, "participant": self.participant, "hand_over": self.hand_over}
        return next((name, who) for name, who in named.items() if who is not None)


class Recording(AnyStep):
    """Have the room recorded, or end that."""

    short: ClassVar[str] = "act"
    survival: ClassVar[Survival] = "reconcile"
    kind: Literal["record"] = "record"
    act: Literal["start", "stop"] = Field(description="start or stop.")


class Extend(AnyStep):
    """Put off the end of a room with a duration, by as much as the provider gives."""

    short: ClassVar[str] = "what"
    survival: ClassVar[Survival] = "once"
    kind: Literal["extend"] = "extend"
    what: Literal["room"] = Field(default="room", description="What to extend.")


class Mode(AnyStep):
    """Make the room a group, in which everybody may speak, or a lecture with a floor."""

    short: ClassVar[str] = "mode"
    survival: ClassVar[Survival] = "reconcile"
    kind: Literal["mode"] = "mode"
    mode: Literal["group", "lecture"] = Field(description="group or lecture.")


class Knock(AnyStep):
    """Have participants wait to be let in from now on, or end that."""

    short: ClassVar[str] = "act"
    survival: ClassVar[Survival] = "keyed"
    kind: Literal["knock"] = "knock"
    act: Literal["on", "off"] = Field(description="on or off; off lets in everybody who waits.")


class _Shown(AnyStep):
    """People whom everybody is shown, from now on or no longer: one key, the bare word is `people`."""

    short: ClassVar[str] = "people"
    people: Who | None = Field(default=None, description="Who it is from now on, beside those who are.")
    end: Who | None = Field(default=None, description="Who it is no longer.")

    @model_validator(mode="after")
    def _one(self) -> "_Shown":
        if (self.people is None) == (self.end is None):
            raise bad("bad-value", "either people, or end")
        return self

    @property
    def change(self) -> tuple[str, tuple[str, ...]]:
        """The key that is given, and whom it names."""
        return ("people", self.people) if self.people is not None else ("end", self.end or ())


class Pin(_Shown):
    """Have everybody always see, and hear, people: who is pinned keeps a place among the talkers."""

    survival: ClassVar[Survival] = "reconcile"
    kind: Literal["pin"] = "pin"


class Spotlight(_Shown):
    """Put people into the spotlight, or take them out."""

    survival: ClassVar[Survival] = "reconcile"
    kind: Literal["spotlight"] = "spotlight"
