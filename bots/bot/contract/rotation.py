"""A rotation as a bot gets it: plain values that JSON can say."""

from dataclasses import dataclass, field

from bots.bot.contract.clip import ClipPlay
from bots.bot.rotation.terms import Terms
from bots.playbook import Template
from bots.rotation import Pattern

__all__ = ["RotationPlan", "WarningPlan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningPlan:
    """A sign before the end of a round: a chat line, a sound in all breakouts, or both."""

    say: Template | None = None
    sound: ClipPlay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPlan:
    """See `Rotation` of the playbook.

    Attributes:
        terms: times, and what becomes of latecomers and no-shows; one warning each of `warnings`.
        group_size, rooms, groups: one of them says how people are shared out.
        names: of the groups.
        groups, keep_apart, keep_together, anchors: by the names that the playbook has for people; rooms from 0.
        balance: roster ids of people with one tag, each set spread over the groups.
        capacity: of a breakout, with the herald that plays into it.
        is_forced: people are moved without asking.
        seed: of the plan.
        is_remembered: tell who was with whom (`RoundPlayed`), for lessons to come.
        met: (one, other, how often) in lessons before.
    """

    name: str
    terms: Terms
    pattern: Pattern
    group_size: int | None = None
    rooms: int | None = None
    groups: tuple[tuple[str, ...], ...] | None = None
    names: tuple[str, ...] = ()
    keep_apart: tuple[tuple[str, ...], ...] = ()
    keep_together: tuple[tuple[str, ...], ...] = ()
    anchors: dict[str, int | str] = field(default_factory=dict)
    balance: tuple[tuple[str, ...], ...] = ()
    never_alone: bool = True
    warnings: tuple[WarningPlan, ...] = ()
    capacity: int = 5
    is_forced: bool = False
    seed: int = 0
    is_remembered: bool = False
    met: tuple[tuple[str, str, float], ...] = ()

    @property
    def has_sound(self) -> bool:
        """Must heralds stand in the breakouts?"""
        return any(warning.sound is not None for warning in self.warnings)
