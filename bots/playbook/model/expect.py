"""What must have happened for a run to pass: counters, and times of which so many must be short enough."""

from collections.abc import Mapping
from math import ceil
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from bots.playbook.values.scalars import Duration, Number, Offset
from bots.playbook.values.shape import Frozen, Marked, bad

__all__ = ["COUNTERS", "MEASURES", "Counter", "Expect", "Expectation", "Limit", "Measure", "Percentiles", "percentile"]

Counter = Literal[
    "joined", "left", "accepted", "rejected", "ignored", "expired", "breakouts", "breakout_joins", "back", "said",
    "played", "delivered", "heard", "heard_in_parent", "heard_in_breakouts", "breakouts_heard", "errors",
]  # fmt: skip
COUNTERS: tuple[str, ...] = get_args(Counter)
Measure = Literal["join_time", "breakout_time", "lateness", "audio_start"]
MEASURES: tuple[str, ...] = get_args(Measure)
Expected = Literal[Counter, Measure]
_SHARES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "max": 1.0}


class Expectation(Frozen):
    """What a counter must be at a moment."""

    internal: ClassVar[frozenset[str]] = frozenset({"kind"})
    short: ClassVar[str] = "equals"
    kind: Literal["count"] = "count"
    equals: Number | None = Field(default=None, ge=0, description="Exactly this many.")
    at_least: Number | None = Field(default=None, ge=0, description="This many or more.")
    at_most: Number | None = Field(default=None, ge=0, description="This many or fewer.")
    by: Offset = Field(
        default=Offset(anchor="end"), description="When it is looked at; at_least may come true earlier."
    )

    @model_validator(mode="after")
    def _some(self) -> "Expectation":
        if self.equals is None and self.at_least is None and self.at_most is None:
            raise bad("missing-key", 'write "equals", "at_least" or "at_most"')
        return self

    def holds(self, value: int) -> bool:
        """Is a counter with this value as expected?"""
        return (
            (self.equals is None or value == self.equals)
            and (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
        )


class Limit(Frozen):
    """How long something may take."""

    short: ClassVar[str] = "at_most"
    at_most_s: Duration = Field(validation_alias="at_most", description="This long or shorter.")


class Percentiles(Frozen):
    """How long most of what was measured may take."""

    internal: ClassVar[frozenset[str]] = frozenset({"kind"})
    kind: Literal["times"] = "times"
    p50: Limit | None = Field(default=None, description="Half of them.")
    p90: Limit | None = Field(default=None, description="90 of 100.")
    p95: Limit | None = Field(default=None, description="95 of 100.")
    p99: Limit | None = Field(default=None, description="99 of 100.")
    max: Limit | None = Field(default=None, description="All of them.")
    by: Offset = Field(default=Offset(anchor="end"), description="When it is looked at.")

    @model_validator(mode="after")
    def _some(self) -> "Percentiles":
        if not self.limits():
            raise bad("missing-key", f"write one of {', '.join(_SHARES)}, like p99: 2s")
        return self

    def limits(self) -> dict[str, float]:
        """Seconds by the name of the percentile, those that are given."""
        given = {name: getattr(self, name) for name in _SHARES}
        return {name: limit.at_most_s for name, limit in given.items() if limit is not None}


def percentile(name: str, values_s: list[float]) -> float | None:
    """The value that so many of the values do not exceed, by nearest rank; None of none.

    Args:
        name: `p50` to `p99`, or `max`.
    """
    if not values_s:
        return None
    return sorted(values_s)[max(1, ceil(_SHARES[name] * len(values_s))) - 1]


def _with_kinds(data: Any) -> Any:
    """What stands behind a name is read as its name says: times for what is measured, else a number."""
    if not isinstance(data, Mapping):
        return data
    found: dict[str, Any] = {}
    for name, value in data.items():
        is_misspelt = name not in COUNTERS and isinstance(value, Mapping) and any(key in _SHARES for key in value)
        kind = "times" if name in MEASURES or is_misspelt else "count"
        if isinstance(value, Marked):
            found[name] = value.having(kind=kind)
        elif isinstance(value, Mapping):
            found[name] = {**value, "kind": kind}
        elif isinstance(value, Frozen):
            found[name] = value
        elif kind == "times":
            raise bad("wrong-type", f'"{name}" takes times: {{p99: {value}}}, or p50, p90, p95 or max', key=name)
        else:
            found[name] = {"equals": value, "kind": kind}
    return found


Expect = Annotated[
    dict[Expected, Annotated[Expectation | Percentiles, Field(discriminator="kind")]], BeforeValidator(_with_kinds)
]
