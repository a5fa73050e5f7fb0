"""What is told of a rotation: its lines in the log, its rounds in the record, how it stands to whoever watches."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from bots.bot.contract.messages import RoundPlayed, RoundStands
from bots.bot.contract.rotation import RotationPlan
from bots.bot.place.keys import NAME
from bots.bot.record import record
from bots.bot.record.groups import met_in
from bots.bot.rotation.acts import Answered, BeginRound, EndRound, Move
from bots.bot.rotation.course import Course, Phase
from bots.bot.rotation.crowd import Crowd
from bots.bot.rotation.rooms import GroupRooms
from bots.bot.steps.kit import Kit
from bots.rotation import Plan

__all__ = ["Diary"]

SAME_S = 0.5  # an end that was computed anew is the same one
TOGETHER = 0.5  # the share of a round for which two must be in one breakout to have met
_SEEN: dict[Phase, Literal["waiting", "running", "closing", "over"]] = {
    "waiting": "waiting", "planning": "waiting", "opening": "waiting", "running": "running", "closing": "closing",
    "over": "over",
}  # fmt: skip


class Diary:
    """Of one rotation.

    Args:
        plan: what the playbook says of it.
    """

    def __init__(self, plan: RotationPlan, *, kit: Kit, crowd: Crowd, rooms: GroupRooms) -> None:
        self._plan = plan
        self._rotation = plan.name
        self._kit = kit
        self._crowd = crowd
        self._rooms = rooms
        self._log = kit.log.bind(rotation=plan.name)
        self._round = 0
        self._is_planned = False
        self._told: Plan | None = None
        self._stood: RoundStands | None = None

    @property
    def _record(self) -> record.Round:
        return self._kit.record.rounds[-1]

    def planned(self, number: int, groups: Sequence[Sequence[str]], plan: Plan | None) -> None:
        """Who is with whom from this round on; what was told already is not told again.

        Args:
            plan: None where the playbook names the groups itself.
        """
        if not groups or (self._is_planned and plan is self._told):
            return
        self._is_planned, self._told = True, plan
        self._log.info(
            "rotation_planned",
            round=number,
            rounds=max(1, self._plan.terms.rounds - number + 1),
            people=sum(map(len, groups)),
            rooms=len(groups),
            repeats=None if plan is None else plan.repeats,
            bound=None if plan is None else plan.bound,
        )

    def left_out(self, number: int, key: str, people: tuple[str, ...]) -> None:
        """Somebody has no place in the groups of a round."""
        self._log.warning(
            "person_left_out",
            round=number,
            participant=self._crowd.pseudonym(key),
            reason="rules exclude each other" if people else "the rooms are full",
            people=self._crowd.pseudonyms(people),
        )

    def began(self, act: BeginRound, now_s: float) -> None:
        """A round has begun."""
        self._round = act.round
        names = [self._rooms.name_of(number) for number in range(len(act.groups))]
        keys = [key for group in act.groups for key in group]
        pseudonyms = dict(zip(keys, self._crowd.pseudonyms(keys), strict=True))
        shown = [[pseudonyms[key] for key in group] for group in act.groups]
        self._log.info(
            "round_started",
            round=act.round,
            rooms=len(names),
            length_s=round(act.ends_s - now_s, 3),
            groups=dict(zip(names, shown, strict=True)),
        )
        here = self._crowd.persons()
        people = [[here[key].client_id for key in group if key in here] for group in act.groups]
        planned = {name: tuple(clients) for name, clients in zip(names, people, strict=True)}
        self._kit.record.round_began(record.Round(self._rotation, act.round, self._kit.clock.now(), planned))
        self.opened()

    def goes_on(self, act: BeginRound, now_s: float, *, is_open: bool) -> None:
        """A round that an earlier life began goes on; it was killed perhaps before it was told.

        Args:
            is_open: its rooms are; otherwise it is over, or is still to begin.
        """
        self._round = act.round
        if is_open and (not self._is_told(act.round) or self._record.until is not None):
            self.began(act, now_s)

    def _is_told(self, number: int) -> bool:
        """Is the round of this number the last one in the record?"""
        rounds = self._kit.record.rounds
        return bool(rounds) and (rounds[-1].rotation, rounds[-1].number) == (self._rotation, number)

    def opened(self) -> None:
        """Rooms of the round that runs are open: more than before, perhaps."""
        for number, room_id in self._rooms.open_ids.items():
            self._record.rooms[room_id] = self._rooms.name_of(number)

    def answered(self, act: Answered) -> None:
        """Somebody has followed their invite, or not."""
        group, person = self._rooms.name_of(act.room), self._crowd.person(act.person)
        self._log.info(
            "group_answered",
            round=self._round,
            participant=self._crowd.pseudonym(act.person),
            group=group,
            answer=act.answer,
            waited_s=round(act.waited_s, 3),
        )
        if person is not None and self._is_told(self._round):
            now = self._kit.clock.now()
            self._record.answers.append(record.Answered(person.client_id, group, now, act.answer, act.waited_s))

    def moved(self, act: Move) -> None:
        """Somebody belongs to another group."""
        self._log.info(
            "group_changed",
            round=self._round,
            participant=self._crowd.pseudonym(act.person),
            group=None if act.room is None else self._rooms.name_of(act.room),
            reason=act.reason,
        )

    def ended(self, act: EndRound) -> None:
        """A round is over."""
        self._log.info("round_ended", round=act.round, missing=self._crowd.pseudonyms(act.missing))
        if not self._is_told(act.round):
            return  # it began and ended in an earlier life, which kept nothing of it
        self._record.until = self._kit.clock.now()
        if self._plan.is_remembered:
            self._tell_pairs(self._record, self._record.until)

    def stands(self, course: Course, now_s: float) -> None:
        """How it stands, if that is something else than before."""
        people = course.people
        placed = [key for key in people if course.room_of(key) is not None]
        until = self._kit.clock.now() + timedelta(seconds=course.left_s(now_s))
        now = RoundStands(
            bot_id=self._kit.spec.id, rotation=self._rotation, round=course.number, rounds=self._plan.terms.rounds,
            phase=_SEEN[course.phase], until=until, is_held=course.is_held,
            rooms=len(course.open_rooms), people=len(placed),
            missing=tuple(self._crowd.pseudonyms(key for key in placed if people[key][1] is None)),
        )  # fmt: skip
        stood = self._stood
        if stood is not None and abs((stood.until - until).total_seconds()) < SAME_S:
            now = replace(now, until=stood.until)
        if now != stood:
            self._stood = now
            self._kit.emit(now)

    def closed(self) -> None:
        """It is over, or was ended."""
        if self._stood is not None:
            self._kit.emit(replace(self._stood, phase="over"))

    def _tell_pairs(self, one: record.Round, now: datetime) -> None:
        """Who was together for half of the round, by ids that mean the same in the next lesson."""
        length_s = (now - one.since).total_seconds()
        met = met_in(self._kit.record, one, now, least_s=length_s * TOGETHER)
        pairs = tuple(pair for pair in met if not any(key.startswith(NAME) for key in pair))
        self._kit.emit(RoundPlayed(bot_id=self._kit.spec.id, rotation=self._rotation, began_at=one.since, pairs=pairs))

    def skipped(self, number: int) -> None:
        """A round is not played."""
        self._log.warning("round_skipped", round=number, reason="rooms not opened")

    def finished(self, played: int, dropped: int) -> None:
        """The rotation is over."""
        self._log.info("rotation_ended", rounds=played, dropped=dropped)
