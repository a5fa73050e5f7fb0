"""What a bot does about each event of its rooms: keep its picture right, tell of it, fire rules."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from structlog.typing import FilteringBoundLogger

from bots.bot.breakout.roles import RoleWatch
from bots.bot.contract.messages import BotAway, BotBack, BreakoutEntered, BreakoutExited
from bots.bot.contract.ports import RoomPort
from bots.bot.contract.spec import RulePlan
from bots.bot.controls import Controls
from bots.bot.place.presence import Presence
from bots.bot.rules.facts import Occasion, Person
from bots.bot.rules.run import Runs
from bots.bot.rules.talking import TalkWatch
from bots.bot.rules.tally import Tallies
from bots.bot.rules.triggers import breakout_over, occasion_of
from bots.bot.sound.hearing import Hearing
from bots.bot.steps.breakouts import CALL_BACK
from bots.bot.steps.kit import Kit
from bots.bot.steps.people import is_teacher
from bots.room import (
    BreakoutConnected,
    BreakoutCreated,
    BreakoutDestroyed,
    BreakoutDisconnected,
    BreakoutError,
    BreakoutInvite,
    BreakoutJoined,
    BreakoutLeft,
    BreakoutsStanding,
    ConnectionLost,
    ConnectionRestored,
    DataReceived,
    Participant,
    ParticipantJoined,
    ParticipantLeft,
    RoleChanged,
    RoomEvent,
    RoomJoined,
    SpeechChanged,
)

__all__ = ["Reactions"]


class Reactions:
    """The reflexes of one bot.

    Args:
        call_back: leaves the breakout, because a moderator asks for it.
        silence: stops what is played in a room that the bot has left.
        tell_teacher: says what was kept for a teacher, who has come.
        roles: looks at who is a moderator in a breakout.
    """

    def __init__(
        self,
        *,
        kit: Kit,
        runs: Runs[RulePlan],
        hearing: Hearing,
        talk: TalkWatch,
        call_back: Callable[[], None],
        silence: Callable[[str], None],
        tell_teacher: Callable[[Person], None],
        roles: RoleWatch,
        controls: Controls,
        log: FilteringBoundLogger,
    ) -> None:
        self._kit = kit
        self._runs = runs
        self._hearing = hearing
        self._talk = talk
        self._call_back = call_back
        self._silence = silence
        self._tell_teacher = tell_teacher
        self._roles = roles
        self._log = log
        self._breakout_since: datetime | None = None
        self._closed: set[str] = set()
        self._tallies = Tallies(kit.spec.rules)
        self._controls = controls
        self._told: set[str] = set()

    @property
    def _presence(self) -> Presence:
        return self._kit.presence

    def handle(self, event: RoomEvent, *, is_breakout: bool) -> None:
        """One event of the parent, or of the breakout."""
        if self._presence.is_of_herald(event):
            return
        room = self._presence.breakout if is_breakout else self._presence.parent
        if is_breakout:
            self._hear(event)
        else:
            self._update(event)
        match event:
            case ConnectionLost():
                self._lost(event, is_breakout=is_breakout)
            case ConnectionRestored():
                self._restored(event, is_breakout=is_breakout)
        if isinstance(event, SpeechChanged) and room is not None:
            self._talk.hear(event.client_ids, room)
        if room is None:
            return  # the breakout is on its way in or out: nothing in it concerns a rule
        occasion = occasion_of(event, room, self._presence)
        if occasion is not None:
            self.occur(occasion)
            if occasion.is_back:
                self.occur(replace(occasion, kind="returned"))

    def occur(self, occasion: Occasion) -> None:
        """Something has happened that triggers can match: tell who waits for it, fire the rules."""
        for watcher in tuple(self._kit.watchers):
            watcher(occasion)
        self._controls.hear(occasion)
        for rule in self._kit.spec.rules:
            if self._tallies.does_fire(rule, occasion):
                self._log.info(
                    "rule_fired", rule=rule.id, trigger=occasion.kind, participant=pseudonym(occasion.person)
                )
                self._runs.fire(rule, occasion)

    def tell_tallies(self) -> None:
        """Log what came by for each rule, at the bot's end."""
        for rule in self._kit.spec.rules:
            tally = self._tallies.by_rule[rule.id]
            self._log.info(
                "rule_tallied", rule=rule.id, trigger=None if rule.trigger is None else rule.trigger.kind,
                came=tally.came, unlike=tally.unlike, elsewhere=tally.elsewhere,
            )  # fmt: skip

    def breakouts_gone(self, room_ids: tuple[str, ...]) -> None:
        """These breakouts are over: a moderator bot has closed them, or the room says so; perhaps both."""
        for room_id in room_ids:
            self._presence.forget_breakout(room_id)
            self._kit.invitations.destroyed(room_id)
            self._kit.record.closed(room_id, self._kit.clock.now())
            if room_id not in self._closed and self._presence.is_joined:
                self._closed.add(room_id)
                self.occur(breakout_over(room_id, self._presence))

    def _lost(self, event: ConnectionLost, *, is_breakout: bool) -> None:
        self._log.warning("connection_lost", **self._place(event.room_id, is_breakout), reason=event.reason)
        self._kit.emit(BotAway(bot_id=self._kit.spec.id, room_id=event.room_id))
        self._talk.close()

    def _restored(self, event: ConnectionRestored, *, is_breakout: bool) -> None:
        """The connection is there again; what a server that does not remember the bot has not told, is not known."""
        self._log.info(
            "connection_restored", **self._place(event.room_id, is_breakout), away_s=event.away_s, tries=event.tries,
            is_resumed=event.is_resumed,
        )  # fmt: skip
        self._kit.emit(BotBack(bot_id=self._kit.spec.id, room_id=event.room_id))
        self._talk.enter()
        if not event.is_resumed and not is_breakout:
            self._kit.invitations.close("the connection was lost")
            self._presence.away.clear()

    def _place(self, room_id: str, is_breakout: bool) -> dict[str, str | None]:
        """Where, for the log."""
        if not is_breakout:
            return {"breakout_id": None, "breakout": None}
        return {"breakout_id": room_id, "breakout": self._presence.breakout_name(room_id)}

    def _hear(self, event: RoomEvent) -> None:
        """Events of the breakout itself; it is one's own again when the parent says so."""
        match event:
            case RoomJoined(participants=participants):
                self._presence.saw(participants)
            case ParticipantJoined(participant=participant) | RoleChanged(participant=participant):
                self._look_at([participant])

    def _look_at(self, participants: Iterable[Participant]) -> None:
        """Are they in the bot's breakout as what they are in the parent?"""
        breakout = self._presence.breakout
        if breakout is not None:
            for participant in participants:
                self._roles.saw(participant, breakout)

    def _update(self, event: RoomEvent) -> None:
        now = self._kit.clock.now()
        match event:
            case RoomJoined(participants=participants):
                self._presence.saw(participants)
                self._kit.record.only([one.client_id for one in participants], now)
                for participant in participants:
                    self._write_down(participant, now)
                    self._tell_person("participant_joined", participant, was_here=True)
            case ParticipantJoined(participant=participant):
                self._write_down(participant, now)
                self._tell_person("participant_joined", participant, was_here=False)
                person = self._presence.person_of(participant)
                if self._kit.for_teacher and is_teacher(person):
                    self._tell_teacher(person)
            case ParticipantLeft(participant=participant):
                self._presence.away.pop(participant.client_id, None)
                self._kit.record.went(participant.client_id, now)
                self._tell_person("participant_left", participant)
            case BreakoutInvite():
                self._kit.invitations.receive(event)
            case BreakoutConnected(room_id=room_id):
                self._entered(room_id)
            case BreakoutDisconnected(room_id=room_id):
                self._left(room_id)
            case BreakoutError(room_id=room_id, result=result, msg=msg):
                self._kit.invitations.failed(room_id, result, msg)
            case BreakoutJoined(client_id=client_id, room_id=room_id, role=role):
                self._presence.went_away(client_id, room_id)
                self._roles.heard(client_id, room_id, role)
                self._kit.record.entered(client_id, room_id, now)
            case BreakoutLeft(client_id=client_id):
                self._presence.away.pop(client_id, None)
                self._kit.record.came_out(client_id, now)
            case BreakoutsStanding(rooms=rooms):
                self._stands(rooms, now)
            case BreakoutCreated(room_ids=room_ids):
                self._presence.open_breakouts.update(room_ids)
            case BreakoutDestroyed(room_id=room_id):
                self._destroyed(room_id)
            case DataReceived(data=data, sender_id=sender_id):
                self._obey(data, sender_id)
            case _:
                pass

    def _stands(self, rooms: Iterable[tuple[str, tuple[str, ...]]], now: datetime) -> None:
        """The room tells a moderator who comes what is open, and who is inside."""
        gone = self._presence.stands(rooms)
        for client_id, room_id in self._presence.away.items():
            self._kit.record.entered(client_id, room_id, now)
        self.breakouts_gone(tuple(gone))

    def _write_down(self, participant: Participant, now: datetime) -> None:
        """They are in the parent: into the record."""
        if not self._presence.is_herald(participant):
            person = self._presence.person_of(participant)
            self._presence.key_of(person)
            self._kit.record.came(person, now)

    def _tell_person(self, event: str, participant: Participant, **values: bool) -> None:
        person = self._presence.person_of(participant)
        if not self._kit.spec.reports_people or person.is_me or self._presence.is_herald(participant):
            return
        self._tell_found(participant)
        facts = {"participant": pseudonym(person), "role": person.role, "is_bot": person.is_bot, **values}
        if event == "participant_joined":
            self._log.info("participant_joined", **facts)
        else:
            self._log.info("participant_left", **facts)

    def _tell_found(self, participant: Participant) -> None:
        """Who of the roster this is; once for each connection."""
        presence = self._presence
        if presence.register.is_empty or presence.person_of(participant).is_bot or participant.client_id in self._told:
            return
        self._told.add(participant.client_id)
        found = presence.found(participant)
        if found.entry is not None:
            self._log.info(
                "person_found", participant=found.entry.id, client_id=participant.client_id, how=found.how,
                confidence=found.confidence,
            )  # fmt: skip
        else:
            self._log.warning("person_unmatched", participant=participant.client_id, candidates=list(found.candidates))

    def tell_roster(self) -> None:
        """At the end: who of the roster was there."""
        register = self._presence.register
        if register.is_empty or not self._kit.spec.reports_people:
            return
        seen, unmatched = self._presence.seen_of_roster()
        self._log.info("roster_told", present=len(seen), absent=list(register.absent(seen)), unmatched=unmatched)

    def _entered(self, room_id: str) -> None:
        self._presence.enter_breakout()
        self._breakout_since = self._kit.clock.now()
        self._log.info(
            "breakout_joined",
            breakout_id=room_id,
            breakout=self._presence.breakout_name(room_id),
            waited_s=self._kit.invitations.waited_s(room_id),
            **({} if self._presence.breakout is None else self._presence.breakout.took_s),
        )
        self._kit.invitations.entered(room_id)
        self._kit.emit(BreakoutEntered(bot_id=self._kit.spec.id, room_id=room_id))
        self._talk.enter()
        breakout: RoomPort | None = self._presence.breakout
        if breakout is not None:
            self._look_at(breakout.participants.values())
            self._hearing.enter(breakout)
            self._kit.sound.open_microphone(breakout)

    def _left(self, room_id: str) -> None:
        since, now = self._breakout_since, self._kit.clock.now()
        self._presence.leave_breakout()
        self._talk.enter()
        self._silence(room_id)
        self._log.info(
            "breakout_left",
            breakout_id=room_id,
            breakout=self._presence.breakout_name(room_id),
            stayed_s=None if since is None else round((now - since).total_seconds(), 3),
        )
        self._kit.emit(BreakoutExited(bot_id=self._kit.spec.id, room_id=room_id, is_back=self._presence.is_joined))

    def _destroyed(self, room_id: str) -> None:
        if room_id in self._presence.open_breakouts and self._kit.spec.reports_people:
            self._log.info("breakout_destroyed", breakout_id=room_id, breakout=self._presence.breakout_name(room_id))
        self.breakouts_gone((room_id,))

    def _obey(self, data: object, sender_id: str) -> None:
        """User data may call the bot back to the parent, if a moderator sent it."""
        sender = self._presence.person(sender_id)
        if data == CALL_BACK and sender is not None and sender.role == "moderator":
            self._call_back()


def pseudonym(person: Person | None) -> str | None:
    """How the log names somebody: our bots by their id, others by their connection, never by name."""
    if person is None:
        return None
    return person.pseudonym
