"""What steps work with: the bot's place, voice, invites and clock. One kit a bot."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from structlog.typing import FilteringBoundLogger

from bots.bot.breakout.invitations import Invitations
from bots.bot.contract.messages import BotEvent
from bots.bot.contract.ports import RoomPort
from bots.bot.contract.spec import BotSpec
from bots.bot.place.presence import Presence
from bots.bot.place.who import resolve_who
from bots.bot.record.record import Record
from bots.bot.rotation.acts import Act
from bots.bot.rotation.course import Course
from bots.bot.rotation.grouping import Grouping
from bots.bot.rules.conditions import scope_of
from bots.bot.rules.facts import Firing, Occasion, Person
from bots.bot.rules.run import Run
from bots.bot.sound.heralds import Heralds
from bots.bot.sound.voice import Sound
from bots.bot.waiting import Signal
from bots.clock import Clock
from bots.journal import Diary
from bots.playbook import Scope

__all__ = ["Kit"]


class RunningRotation(Protocol):
    """A rotation that runs now; `bots.bot.rotation.conduct.Conductor` is the real one."""

    @property
    def name(self) -> str: ...
    @property
    def is_held(self) -> bool: ...
    def command(self, command: Callable[[Course, float], list[Act]]) -> None: ...


@dataclass(slots=True)
class Kit:
    """The hands of a bot.

    Attributes:
        changed: rings after each thing that happened.
        diary: keeps what is begun and done.
        dice: the random numbers of each rule, by its id; see `dice_of`.
        watchers: told each occasion; `wait_for` adds itself.
        leave: asks the bot to leave the meeting.
        silent_for_s: how long no person has talked in the room that the bot is in.
        stay: inside it, `leave_when` does not let the bot leave; for what must be done to its end.
        shift: moves what the timeline still has to do, unless it hangs on the end or on a clock time; seconds.
        for_teacher: lines that wait for a teacher to come.
        keep: writes down what the bot must know to go on; also done after each thing that happened.
        rotation: that runs now.
        groupings: the plans of the rotations that were begun, by name.
        undo: takes back what was done to the round that runs, the last first.
    """

    spec: BotSpec
    presence: Presence
    record: Record
    sound: Sound
    heralds: Heralds
    invitations: Invitations
    clock: Clock
    changed: Signal
    diary: Diary
    emit: Callable[[BotEvent], None]
    leave: Callable[[], None]
    log: FilteringBoundLogger
    stay: Callable[[], AbstractContextManager[None]]
    shift: Callable[[float], None]
    silent_for_s: Callable[[], float] = lambda: 0.0
    dice: dict[str, Random] = field(default_factory=dict)
    watchers: set[Callable[[Occasion], None]] = field(default_factory=set)
    for_teacher: list[str] = field(default_factory=list)
    keep: Callable[[], None] = lambda: None
    rotation: RunningRotation | None = None
    groupings: dict[str, Grouping] = field(default_factory=dict)
    undo: list[Callable[[Course, float], list[Act]]] = field(default_factory=list)

    def dice_of(self, rule_id: str) -> Random:
        """What a rule draws with: the same for the same playbook, seed and bot, whatever other rules draw."""
        return self.dice.setdefault(rule_id, Random(f"{self.spec.seed}/{rule_id}"))

    def scope(self, firing: Firing) -> Scope:
        """The facts of now, for conditions and texts."""
        return scope_of(self.spec, self.presence, firing)

    def room_of(self, run: Run) -> RoomPort:
        """The room that the run is about, if the bot is in it; for a timeline entry, the one it is in."""
        first = run.firing.first
        if first is None:
            return self.presence.here
        return self.presence.room_with(first.room_id) or self.presence.parent

    def waiting(self, who: tuple[str, ...], run: Run) -> tuple[Person, ...]:
        """Whom a step means of those who wait to be let in; see `among`."""
        return self.among(self.presence.waiting, who, run)

    def among(self, people: tuple[Person, ...], who: tuple[str, ...], run: Run) -> tuple[Person, ...]:
        """Whom a step means of these people; who fired the rule may be none of them any more.

        Raises:
            CannotDo: a name that fits nobody, or several.
        """
        person = run.firing.person
        is_gone = person is not None and all(one.client_id != person.client_id for one in people)
        meant = tuple(name for name in who if not (name == "person" and is_gone))
        expected = {entry.id for entry in self.spec.roster}
        return resolve_who(meant, people, person=person, bot_ids=self.spec.bot_ids, expected=expected)

    def people(self, who: tuple[str, ...], run: Run, room: RoomPort | None = None) -> tuple[Person, ...]:
        """Whom a step means, in a room (the parent unless given).

        Raises:
            CannotDo: a name that fits nobody, or several.
        """
        present = (
            self.presence.people
            if room is None
            else tuple(self.presence.person_of(one) for one in room.participants.values())
        )
        expected = {entry.id for entry in self.spec.roster}
        return resolve_who(who, present, person=run.firing.person, bot_ids=self.spec.bot_ids, expected=expected)
