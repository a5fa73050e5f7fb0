"""A rotation as it is kept, so that it goes on in another process: plain values of JSON, and what they say of who is
where after the process was away. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bots.rotation import Plan, Problem

__all__ = ["Difference", "Times", "differences", "kept_plan", "plan_of"]


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of the clock that only goes forward, and seconds since 1970, which mean the same in another process.

    Attributes:
        offset_s: the second minus the first.
    """

    offset_s: float

    def kept(self, at_s: float) -> float:
        return round(at_s + self.offset_s, 3)

    def here(self, kept_s: float) -> float:
        return kept_s - self.offset_s


def kept_plan(plan: Plan | None) -> dict[str, Any] | None:
    """A plan, to be kept."""
    if plan is None:
        return None
    problem = plan.problem
    return {
        "people": problem.people, "rooms": problem.rooms, "rounds": problem.rounds, "pattern": problem.pattern,
        "keep_apart": problem.keep_apart, "keep_together": problem.keep_together, "anchors": dict(problem.anchors),
        "balance": problem.balance, "history": [[*pair, often] for pair, often in problem.history.items()],
        "never_alone": problem.never_alone, "seats": plan.rooms, "bound": plan.bound, "method": plan.method,
        "is_cut": plan.is_cut,
    }  # fmt: skip


def plan_of(kept: Mapping[str, Any] | None) -> Plan | None:
    """A plan that was kept."""
    if kept is None:
        return None
    problem = Problem(
        people=tuple(kept["people"]), rooms=kept["rooms"], rounds=kept["rounds"], pattern=kept["pattern"],
        keep_apart=_tuples(kept["keep_apart"]), keep_together=_tuples(kept["keep_together"]),
        anchors=kept["anchors"], balance=_tuples(kept["balance"]),
        history={(one, other): often for one, other, often in kept["history"]}, never_alone=kept["never_alone"],
    )  # fmt: skip
    return Plan(problem, tuple(map(tuple, kept["seats"])), kept["bound"], kept["method"], kept["is_cut"])


def _tuples(lists: Collection[Collection[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(map(tuple, lists))


@dataclass(frozen=True, slots=True)
class Difference:
    """Where somebody is, and the round does not know it.

    Attributes:
        what: `awaited`: not here yet, and not given up; `entered`: inside `room`; `came_out`: in the meeting;
            `returned`: in the meeting under a new connection; `unasked`: whether the invite was sent is not known;
            `unsure`: invited and, where nobody tells, inside perhaps.
    """

    person: str
    what: Literal["awaited", "entered", "came_out", "returned", "unasked", "unsure"]
    room: int | None = None


def differences(
    people: Mapping[str, tuple[str, int | None]],
    *,
    before: Mapping[str, str],
    here: Callable[[str], Collection[str]],
    inside: Mapping[str, int],
    unsent: Collection[str],
    is_told: bool,
) -> list[Difference]:
    """What a round that goes on must learn of its people.

    Args:
        people: person -> (state, breakout they were in).
        before: person -> the connection they had.
        here: the connections that somebody has now.
        inside: person -> the breakout they are in now.
        unsent: whose invites may not have left.
        is_told: the room has told who is inside; otherwise `inside` has those who were there before.
    """
    found: list[Difference] = []
    for person, (state, at) in people.items():
        room, connections = inside.get(person), here(person)
        is_same = before.get(person) in connections
        if room is not None:
            found += [Difference(person, "entered", room)] if room != at else []
        elif not connections:
            found += [Difference(person, "awaited")] if state in ("there", "invited", "due", "out") else []
        elif not is_same:
            found.append(Difference(person, "returned"))
        elif at is not None:
            found.append(Difference(person, "came_out"))
        elif person in unsent and state == "invited":
            found.append(Difference(person, "unasked"))
        elif state == "invited" and not is_told:
            found.append(Difference(person, "unsure"))
    return found
