"""What is kept of a rotation: its lines in the log, and its rounds in the record."""

from bots.bot.record import record
from bots.bot.rotation.acts import Answered, BeginRound, EndRound, Move
from bots.bot.rotation.crowd import Crowd
from bots.bot.rotation.rooms import GroupRooms
from bots.bot.steps.kit import Kit

__all__ = ["Diary"]


class Diary:
    """Of one rotation.

    Args:
        rotation: its name.
    """

    def __init__(self, rotation: str, *, kit: Kit, crowd: Crowd, rooms: GroupRooms) -> None:
        self._rotation = rotation
        self._kit = kit
        self._crowd = crowd
        self._rooms = rooms
        self._log = kit.log.bind(rotation=rotation)
        self._round = 0

    @property
    def _record(self) -> record.Round:
        return self._kit.record.rounds[-1]

    def left_out(self, number: int, key: str, people: tuple[str, ...]) -> None:
        """Somebody has no place in the groups of a round."""
        self._log.warning(
            "person_left_out",
            round=number,
            participant=self._crowd.pseudonym(key),
            reason="rules exclude each other" if people else "the rooms are full",
            people=[self._crowd.pseudonym(one) for one in people],
        )

    def began(self, act: BeginRound, now_s: float) -> None:
        """A round has begun."""
        self._round = act.round
        names = [self._rooms.name_of(number) for number in range(len(act.groups))]
        shown = [[self._crowd.pseudonym(key) for key in group] for group in act.groups]
        self._log.info(
            "round_started",
            round=act.round,
            rooms=len(names),
            length_s=round(act.ends_s - now_s, 3),
            groups=dict(zip(names, shown, strict=True)),
        )
        people = [[one.client_id for key in group if (one := self._crowd.person(key))] for group in act.groups]
        planned = {name: tuple(clients) for name, clients in zip(names, people, strict=True)}
        self._kit.record.round_began(record.Round(self._rotation, act.round, self._kit.clock.now(), planned))
        self.opened()

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
        if person is not None:
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
        self._record.until = self._kit.clock.now()
        self._log.info("round_ended", round=act.round, missing=[self._crowd.pseudonym(key) for key in act.missing])

    def skipped(self, number: int) -> None:
        """A round is not played."""
        self._log.warning("round_skipped", round=number, reason="rooms not opened")

    def finished(self, played: int, dropped: int) -> None:
        """The rotation is over."""
        self._log.info("rotation_ended", rounds=played, dropped=dropped)
