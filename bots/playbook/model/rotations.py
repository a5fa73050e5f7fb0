"""Rotations: named plans of groups and rounds, for the step `rotate`."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from bots.playbook.language.template import Template
from bots.playbook.values.scalars import Duration, Flag, Number
from bots.playbook.values.shape import Frozen, bad
from bots.playbook.values.sounds import SoundName

__all__ = ["NoShow", "Rotation", "RotationName", "RoundWarning"]

RotationName = Annotated[str, Field(min_length=1, max_length=60)]
Person = Annotated[str, Field(min_length=1, max_length=100)]
Together = Annotated[tuple[Person, ...], Field(min_length=2, max_length=50)]
GroupName = Annotated[str, Field(min_length=1, max_length=60)]


class NoShow(Frozen):
    """What happens when somebody does not come to their group."""

    after_s: Duration = Field(
        default=60.0, validation_alias="after", gt=0, description="They are reminded at half of it, and not waited for."
    )
    then: Literal["regroup", "wait"] = Field(
        default="regroup", description="regroup: nobody stays alone; wait: groups stay as they are."
    )


class RoundWarning(Frozen):
    """A sign that the round is nearly over: a line in the chat, a sound in every breakout room, or both."""

    left_s: Duration = Field(validation_alias="left", gt=0, description="So long before the end of the round.")
    say: Template | None = Field(default=None, description="A line in the chat.")
    play: SoundName | None = Field(default=None, description="A sound in all breakout rooms at once.")

    @model_validator(mode="after")
    def _some(self) -> "RoundWarning":
        if self.say is None and self.play is None:
            raise bad("missing-key", 'write "say" or "play"')
        return self


class Rotation(Frozen):
    """Who is with whom in which round; people are those of the room who are participants."""

    internal: ClassVar[frozenset[str]] = frozenset()
    pattern: Literal["mix", "fixed", "pairs", "jigsaw", "carousel"] = Field(
        default="mix",
        description="mix: new groups each round; fixed: the same; pairs: new pairs; jigsaw: home and expert groups in"
        " turn; carousel: groups go from room to room.",
    )
    group_size: Number | None = Field(default=None, ge=2, le=15, description="People in a group.")
    rooms: Number | None = Field(default=None, ge=1, le=10, description="Instead: how many groups.")
    groups: tuple[tuple[Person, ...], ...] | None = Field(
        default=None, min_length=1, description="Instead: the groups themselves, the same in every round."
    )
    names: tuple[GroupName, ...] = Field(default=(), description="What the groups are called; default: Group 1, …")
    rounds: Number = Field(default=1, ge=1, le=50, description="How many rounds.")
    round_length_s: Duration = Field(validation_alias="round_length", gt=0, description="Of one round.")
    shortest_round_s: Duration | None = Field(
        default=None,
        validation_alias="shortest_round",
        gt=0,
        description="After a late start rounds are cut to this, then dropped; default: half of round_length.",
    )
    gap_s: Duration = Field(default=0.0, validation_alias="gap", description="Between two rounds, in the main room.")
    keep_apart: tuple[Together, ...] = Field(default=(), description="People who are never in one group.")
    keep_together: tuple[Together, ...] = Field(default=(), description="People who are always in one group.")
    anchors: dict[Person, Number | Person] = Field(
        default={}, description="Somebody stays in the group of this number, or with this person."
    )
    balance: tuple[str, ...] = Field(default=(), description="Tags of the roster that are spread over the groups.")
    never_alone: Flag = Field(default=True, description="Nobody is left alone in a group.")
    late: Literal["smallest_group", "next_round"] = Field(
        default="smallest_group", description="Where somebody goes who comes while a round runs."
    )
    no_show: NoShow = Field(default=NoShow(), description="When somebody does not come to their group.")
    warn: tuple[RoundWarning, ...] = Field(default=(), description="Signs that the round is nearly over.")
    force: Flag = Field(default=False, description="Move people without asking.")
    memory: Literal["session", "term", "forever"] = Field(
        default="session", description="How long it is remembered who was with whom."
    )

    @model_validator(mode="after")
    def _sized(self) -> "Rotation":
        given = [key for key in ("group_size", "rooms", "groups") if getattr(self, key) is not None]
        if self.pattern == "pairs" and not given:
            return self
        if len(given) != 1:
            raise bad("bad-value", 'write one of "group_size", "rooms" and "groups"')
        if self.groups is not None and self.pattern not in ("mix", "fixed"):
            raise bad("bad-value", f'"groups" are the same in every round; they cannot {self.pattern}')
        if self.shortest_round_s is not None and self.shortest_round_s > self.round_length_s:
            raise bad("bad-value", '"shortest_round" is at most round_length', key="shortest_round")
        if any(one.left_s >= self.round_length_s for one in self.warn):
            raise bad("bad-value", '"left" of a warning must be shorter than round_length')
        return self

    @property
    def whole_s(self) -> float:
        """From its begin to its end, if every round has its time; seconds."""
        return self.rounds * self.round_length_s + (self.rounds - 1) * self.gap_s
