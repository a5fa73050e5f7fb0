"""Groups: for each round and person the group that was planned, those they were in, and with whom. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bots.bot.record.names import Names
from bots.bot.record.record import Record, Round
from bots.bot.record.stays import Span, seconds_of, shared_s

__all__ = ["Attended", "groups_of", "met_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """One person in one round.

    Attributes:
        id: as in the attendance.
        planned: the group of the plan; empty for who came later.
        stays: (group, from, to), in their order.
        seconds: in groups, all stays together.
        partners: id -> seconds in one breakout with them, the longest first.
        answer: what became of the last invite; empty if there was none, or the person was gone.
        waited_s: from that invite to the answer.
    """

    rotation: str
    round: int
    began_at: datetime
    ended_at: datetime
    id: str
    name: str
    planned: str
    stays: tuple[tuple[str, datetime, datetime], ...]
    seconds: float
    partners: Mapping[str, float]
    answer: str
    waited_s: float | None

    @property
    def groups(self) -> list[str]:
        """The groups they were in, in their order."""
        return list(dict.fromkeys(group for group, _, _ in self.stays))


def groups_of(record: Record, *, names: Names, now: datetime) -> list[Attended]:
    """A row for everybody who was planned for a round, invited to it or in it; round after round."""
    return [row for one in record.rounds for row in _rows(record, one, names, now)]


def met_in(record: Record, one: Round, now: datetime, *, least_s: float) -> list[tuple[str, str]]:
    """Pairs of people who were in one breakout together for so long, in this round."""
    inside = record.in_groups(one, now)
    people = sorted(inside)
    return [
        (first, second)
        for number, first in enumerate(people)
        for second in people[number + 1 :]
        if _together_s(inside[first], inside[second]) >= least_s
    ]


def _rows(record: Record, one: Round, names: Names, now: datetime) -> list[Attended]:
    inside, planned = record.in_groups(one, now), record.planned(one)
    answers = {key: found for found in one.answers if (key := record.key_of(found.client_id)) is not None}
    rows = []
    for key in dict.fromkeys([*planned, *inside, *answers]):
        rooms = inside.get(key, {})
        stays = sorted((since, until, one.rooms[room]) for room, spans in rooms.items() for since, until in spans)
        together = {other: _together_s(rooms, theirs) for other, theirs in inside.items() if other != key}
        partners = sorted(together.items(), key=lambda pair: (-pair[1], names.id_of(pair[0])))
        answer = answers.get(key)
        rows.append(
            Attended(
                rotation=one.rotation, round=one.number, began_at=one.since, ended_at=one.until or now,
                id=names.id_of(key), name=names.name_of(key), planned=planned.get(key, ""),
                stays=tuple((group, since, until) for since, until, group in stays),
                seconds=seconds_of((since, until) for since, until, _ in stays),
                partners={names.id_of(other): seconds for other, seconds in partners if seconds > 0},
                answer="" if answer is None else answer.answer,
                waited_s=None if answer is None else answer.waited_s,
            )
        )  # fmt: skip
    return rows


def _together_s(some: Mapping[str, list[Span]], others: Mapping[str, list[Span]]) -> float:
    return sum(shared_s(spans, others.get(room, ())) for room, spans in some.items())
