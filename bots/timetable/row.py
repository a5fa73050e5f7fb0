"""The starts of one schedule entry: which are to be decided now, and when the next one is. Pure, but for calendars."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bots.fleet import earliest_arrival
from bots.playbook import Playbook, ScheduleEntry
from bots.schedule import Planned, Skipped, due, most_a_day, planned

__all__ = ["Row", "Taken", "version_of"]

READY = timedelta(seconds=15)  # before the first bot comes: for the room, the sounds, the plan
LOOK_BACK = timedelta(days=7)  # starts that nobody was there for are told one by one, so far back
MOST_TOLD = 100  # and about so many of them, of one entry
INSTANT = timedelta(microseconds=1)  # the journal keeps no shorter one


@dataclass(frozen=True, slots=True)
class Taken:
    """Starts that have been taken off a row, in order.

    Attributes:
        starts: to be played: now, or as soon as their bots are to come.
        missed: for which it is too late, or a later one is due too; with the reasons.
    """

    starts: tuple[Planned, ...] = ()
    missed: tuple[tuple[Planned, str], ...] = ()


def version_of(playbook: Playbook, entry: ScheduleEntry) -> str:
    """Of what decides when an entry starts: another one begins anew."""
    when = (
        playbook.timezone, entry.every, entry.at, entry.cron, entry.first_day, entry.last_day, entry.skip_on,
        entry.also_on,
    )  # fmt: skip
    return sha256(repr(when).encode()).hexdigest()[:16]


class Row:
    """What is still to come of one schedule entry.

    Attributes:
        begins_at: when the next start has to be decided.
        untold_since: starts from then on are too long ago to be told.

    Args:
        file: of the playbook.
        decided_until: every start up to this instant has been decided.
        now: aware.

    Raises:
        ScheduleError: a calendar file is not there.
    """

    def __init__(
        self, file: str, playbook: Playbook, entry: ScheduleEntry, *, decided_until: datetime, now: datetime
    ) -> None:
        self.id = f"{file}#{entry.id}"
        self.file, self.playbook, self.entry = file, playbook, entry
        self.version = version_of(playbook, entry)
        self._taken_until = max(decided_until, now - self._look_back)
        self.untold_since = decided_until if decided_until < self._taken_until else None
        self._undecided: set[datetime] = set()
        self._coming: Iterator[Planned | Skipped] = planned(playbook, entry, after=self._taken_until)
        self.begins_at: datetime | None = None
        self._next = self._following()

    @property
    def coming(self) -> Planned | None:
        """The next start that is not decided yet."""
        return self._next

    @property
    def decided_until(self) -> datetime:
        """Every start up to this instant has been decided: what was taken off is not, while it is being begun."""
        return min((self._taken_until, *(start - INSTANT for start in self._undecided)))

    def decided(self, start: Planned) -> None:
        """A start that was taken off is in the journal, or is not played here."""
        self._undecided.discard(start.starts_at)

    def take(self, now: datetime) -> Taken:
        """Take off what is to be decided by now; each start to be played is to be told as `decided`."""
        found: list[Planned] = []
        while self._next is not None and self.begins_at is not None and self.begins_at <= now:
            found.append(self._next)
            self._taken_until = self._next.starts_at
            self._next = self._following()
        taken = self._sorted(found, now)
        self._undecided.update(start.starts_at for start in taken.starts)
        return taken

    def _sorted(self, found: list[Planned], now: datetime) -> Taken:
        """Which of them may be played, and which are missed."""
        if all(one.starts_at > now for one in found):
            return Taken(tuple(found))  # as ever, but after an outage
        at = {one.starts_at: one for one in found}
        choice = due([*at], now, start_within=self.grace)
        first = () if choice.start is None else (at[choice.start],)
        missed = [(at[one], "nobody was there to start it in time") for one in choice.misfired]
        missed += [(at[one], "the next one is due, too") for one in choice.superseded]
        return Taken((*first, *(one for one in found if one.starts_at > now)), tuple(missed))

    @property
    def grace(self) -> timedelta:
        """How late a session may begin: not when it would be over."""
        within_s = 0.0 if self.entry.if_missed is None else self.entry.if_missed.start_within_s
        return timedelta(seconds=min(within_s, self.entry.length_s))

    @property
    def _look_back(self) -> timedelta:
        """What has to be walked through after an outage does not grow with it."""
        return max(self.grace, min(LOOK_BACK, timedelta(days=MOST_TOLD / most_a_day(self.entry))))

    def _following(self) -> Planned | None:
        found = next((one for one in self._coming if isinstance(one, Planned)), None)
        self.begins_at = None
        if found is not None:
            self.begins_at = earliest_arrival(self.playbook, found.starts_at, self.entry) - READY
        return found
