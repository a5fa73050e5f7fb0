"""The roles in breakouts: who is a participant of the parent room is no moderator in a breakout.

Who joins a breakout names the role (breakouts.md section 1, rule 11), and EnableX tells nobody outside which it was;
our own room server does. Else it is seen from inside only, by our bots and by the light clients that play there.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from structlog.typing import FilteringBoundLogger

from bots.bot.contract.messages import BotEvent, RoleSeen
from bots.bot.contract.ports import RoomPort
from bots.bot.place.presence import Presence
from bots.errors import BotsError
from bots.room import Participant

__all__ = ["RoleWatch"]


class RoleWatch:
    """One bot's eye on roles. Who is inside as a moderator takes the role away; else the teachers are told.

    Args:
        warn_teachers: writes a private line to every teacher.
        spawn: starts what takes time.
    """

    def __init__(
        self,
        bot_id: str,
        *,
        presence: Presence,
        warn_teachers: Callable[[str], Coroutine[Any, Any, None]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        emit: Callable[[BotEvent], None],
        log: FilteringBoundLogger,
    ) -> None:
        self._bot_id = bot_id
        self._presence = presence
        self._warn_teachers = warn_teachers
        self._spawn = spawn
        self._emit = emit
        self._log = log
        self._told: set[tuple[str, str]] = set()

    def saw(self, participant: Participant, breakout: RoomPort) -> None:
        """Somebody is in a breakout that one of this bot's connections is in, too."""
        outside = self._outside(participant) if participant.is_moderator else None
        if outside is not None:
            self._spawn(self._correct(participant, outside, breakout))

    def heard(self, client_id: str, room_id: str, role: str) -> None:
        """The parent room has told who has come into a breakout, and as what; empty where it does not say."""
        if role == "moderator" and not self._is_watched(room_id):
            self.deviated(client_id, room_id)

    def deviated(self, client_id: str, room_id: str) -> None:
        """Somebody is a moderator in a breakout and a participant of the parent: who has opened it sounds the alarm."""
        person = self._presence.person(client_id)
        if room_id not in self._presence.own_breakouts or person is None or person.role == "moderator":
            return
        if (client_id, room_id) in self._told:
            return
        self._told.add((client_id, room_id))
        name = self._presence.breakout_name(room_id)
        self._log.error(
            "role_deviated", breakout_id=room_id, breakout=name, participant=person.pseudonym, role="moderator"
        )
        line = f"{person.name or person.pseudonym} is a moderator in {name or 'a breakout room'} and should not be."
        self._spawn(self._warn_teachers(line))

    async def _correct(self, participant: Participant, outside: Participant, breakout: RoomPort) -> None:
        """Take the role away, if this connection may; else it is told to the bot that has opened the breakout."""
        if breakout.is_moderator and not participant.is_me:
            try:
                await breakout.change_roles({participant.client_id: "participant"})
            except BotsError as failure:
                self._log.warning("role_kept", breakout_id=breakout.room_id, reason=str(failure))
            else:
                self._log.warning(
                    "role_corrected", breakout_id=breakout.room_id,
                    breakout=self._presence.breakout_name(breakout.room_id),
                    participant=self._presence.person_of(outside).pseudonym, role="participant",
                )  # fmt: skip
                return
        self._emit(RoleSeen(bot_id=self._bot_id, room_id=breakout.room_id, client_id=outside.client_id))
        self.deviated(outside.client_id, breakout.room_id)

    def _outside(self, inside: Participant) -> Participant | None:
        """Who this is in the parent, if nobody who may be meant is a moderator there."""
        here = self._presence.parent.participants.values()
        same = [
            one for one in here if (one.user_ref == inside.user_ref if inside.user_ref else one.name == inside.name)
        ]
        return None if any(one.is_moderator for one in same) else next(iter(same), None)

    def _is_watched(self, room_id: str) -> bool:
        """Is one of our bots inside as a moderator, who takes the role away or tells why not?"""
        inside = self._presence.breakout
        if inside is not None and inside.room_id == room_id and inside.is_moderator:
            return True
        people = self._presence.people
        return any(
            one.is_bot and one.role == "moderator" and self._presence.away.get(one.client_id) == room_id
            for one in people
        )
