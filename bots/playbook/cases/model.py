"""A test of a playbook: who is there, what they do, and what must be so at which moment."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from bots.playbook.cases.acts import Act
from bots.playbook.model.cast import Name
from bots.playbook.model.expect import Counter, Expectation
from bots.playbook.model.playbook import InputText
from bots.playbook.model.steps.any import Role
from bots.playbook.values.scalars import Duration, Number, Offset
from bots.playbook.values.shape import Frozen, Marked, bad

__all__ = ["Case", "CaseEvent", "CaseExpectation", "CasePerson", "Claims", "Times"]

RESERVED = ("at", "rooms", "counters")
PersonId = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9._-]{0,60}$")]


def _gathered(data: Any, keys: tuple[str, ...], into: str) -> Any:
    """`{at: start, ana: joins}` with everything but `keys` in a mapping of its own."""
    if not isinstance(data, Mapping) or into in data:
        return data
    own = {key: value for key, value in data.items() if key in keys}
    others = {key: value for key, value in data.items() if key not in keys}
    if not isinstance(data, Marked):
        return {**own, into: others}
    inner = Marked(others, where=data.where, loc=data.loc, written=())
    return Marked({**own, into: inner}, where=data.where, loc=data.loc, written=own)


class CasePerson(Frozen):
    """A human being of the test; by default one who comes at the start and follows invites."""

    short: ClassVar[str] = "arrives"
    name: Name | None = Field(
        default=None, description="Display name; default: the roster's, else the id with a capital."
    )
    role: Role | None = Field(
        default=None, description="Their role in the room; default: the roster's, else participant."
    )
    arrives: Offset = Field(default=Offset(), description="When they come; an event that says joins decides instead.")
    leaves: Offset | None = Field(default=None, description="When they go; if not given, after the session.")
    invites: Literal["accept", "refuse", "ignore"] = Field(default="accept", description="What they do with invites.")
    answers_after_s: Duration = Field(
        default=3.0, validation_alias="answers_after", description="How long they take to follow an invite or a call."
    )


class CaseEvent(Frozen):
    """What people do at a moment."""

    at: Offset = Field(description="When.")
    acts: dict[str, Act] = Field(min_length=1, description="Who does what.")
    internal: ClassVar[frozenset[str]] = frozenset({"acts"})

    @model_validator(mode="before")
    @classmethod
    def _sentence(cls, data: Any) -> Any:
        return _gathered(data, ("at",), "acts")


class Times(Frozen):
    """Something that was said, played or done, and how often."""

    short: ClassVar[str] = "what"
    what: str = Field(min_length=1, description="What; in a text * stands for anything.")
    times: Number | None = Field(default=None, ge=1, description="Exactly so often; if not given, at least once.")


class Claims(Frozen):
    """What must be true of one bot or person, counted from the beginning of the session."""

    said: Times | None = Field(default=None, description="Has written this chat line; * is anything.")
    never_said: str | None = Field(default=None, description="Has not written it.")
    read: Times | None = Field(default=None, description="Has got this chat line, in the room or privately.")
    never_read: str | None = Field(default=None, description="Has not got it.")
    played: Times | None = Field(default=None, description="Has begun to play this clip (bots).")
    never_played: str | None = Field(default=None, description="Has not played it (bots).")
    fired: Times | None = Field(default=None, description="This rule has run (bots).")
    never_fired: str | None = Field(default=None, description="This rule has not run (bots).")
    invited_to: Times | None = Field(default=None, description="Has been invited to this breakout room.")
    never_invited_to: str | None = Field(default=None, description="Has not been invited to it.")
    within: str | None = Field(
        default=None, validation_alias="in", description="Is now in this breakout room, in parent, or nowhere."
    )

    @model_validator(mode="before")
    @classmethod
    def _some(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and not data:
            raise bad("missing-key", f"say what must be so: {', '.join(cls.yaml_keys())}")
        return data


class CaseExpectation(Frozen):
    """What must be so at a moment."""

    at: Offset = Field(description="When it is looked at; what happens in that very second counts.")
    rooms: dict[str, tuple[str, ...]] = Field(default={}, description="Exactly who is in which room.")
    counters: dict[Counter, Expectation] = Field(default={}, description="The counters of the playbook's expect.")
    claims: dict[str, Claims] = Field(default={}, description="What is true of whom.")
    internal: ClassVar[frozenset[str]] = frozenset({"claims"})

    @model_validator(mode="before")
    @classmethod
    def _sentence(cls, data: Any) -> Any:
        return _gathered(data, RESERVED, "claims")

    @model_validator(mode="after")
    def _some(self) -> "CaseExpectation":
        if not (self.rooms or self.counters or self.claims):
            raise bad("missing-key", 'say what must be so: {at: start + 3m, helper: {said: "Welcome*"}}')
        return self


class Case(Frozen):
    """One test: a session of a playbook with these people, and what must be so."""

    test_of: Name = Field(description="The playbook, relative to this file.")
    name: Name | None = Field(default=None, description="What is tested, for the report; the file's name if not given.")
    session: Name | None = Field(default=None, description="Entry of the schedule, and day: lesson on 2026-03-30.")
    seed: Number | None = Field(default=None, ge=0, le=2**63 - 1, description="Instead of the playbook's seed.")
    inputs: dict[str, InputText] = Field(default={}, description="Values of the playbook's inputs.")
    people: dict[PersonId, CasePerson] = Field(default={}, description="The people, by id.")
    events: tuple[CaseEvent, ...] = Field(default=(), description="What they do when.")
    expect: tuple[CaseExpectation, ...] = Field(min_length=1, description="What must be so when.")
