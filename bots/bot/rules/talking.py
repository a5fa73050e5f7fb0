"""The triggers about talk, `talking` and `silent`, in the room that the bot is in."""

import asyncio
from collections.abc import Callable, Sequence

from bots.bot.contract.ports import RoomPort
from bots.bot.place.presence import Presence
from bots.bot.place.talk import Conversation
from bots.bot.rules.facts import Occasion
from bots.bot.rules.triggers import silence_in, talk_of
from bots.clock import Clock

__all__ = ["TalkWatch"]


class TalkWatch:
    """Makes occasions of talk and of silence; a silence counts anew in each room that the bot comes into.

    Args:
        name: of the bot, for the names of tasks.
        silences_s: how long the silences are that some trigger waits for.
        group: owns the task that waits for them.
        occur: takes each occasion.
        tell: takes whether a person talks, each time that something is heard of it.
    """

    def __init__(
        self,
        *,
        name: str,
        silences_s: Sequence[float],
        presence: Presence,
        clock: Clock,
        group: asyncio.TaskGroup,
        occur: Callable[[Occasion], None],
        tell: Callable[[bool], None],
    ) -> None:
        self._name = name
        self._silences_s = sorted(set(silences_s))
        self._presence = presence
        self._clock = clock
        self._group = group
        self._occur = occur
        self._tell = tell
        self._conversation = Conversation(None)
        self._counting: tuple[float, asyncio.Task[None]] | None = None

    @property
    def silent_for_s(self) -> float:
        """For how long no person has talked here; 0 while one does."""
        since_s = self._conversation.quiet_since_s
        return 0.0 if since_s is None else self._clock.monotonic() - since_s

    def enter(self) -> None:
        """The bot is in another room, or back in one: what was heard elsewhere does not count here."""
        self._conversation = Conversation(self._clock.monotonic())
        self._count()

    def hear(self, client_ids: Sequence[str], room: RoomPort) -> None:
        """These talk now in a room; only the one that the bot is in counts."""
        if room is not self._presence.here:
            return
        known = {client_id: room.participants.get(client_id) for client_id in client_ids}
        people = {
            client_id: None if one is None else self._presence.person_of(one)
            for client_id, one in known.items()
            if one is None or not self._presence.is_herald(one)
        }
        others = {client_id: person for client_id, person in people.items() if person is None or not person.is_me}
        persons = [client_id for client_id, person in others.items() if person is None or not person.is_bot]
        for client_id in self._conversation.hear(others, persons, self._clock.monotonic()):
            if (person := others[client_id]) is not None:
                self._occur(talk_of(person, room, self._presence))
        self._count()

    def close(self) -> None:
        """Wait for no silence any more."""
        if self._counting is not None:
            self._counting[1].cancel()
            self._counting = None

    def _count(self) -> None:
        """Keep one task waiting for the end of each length of this silence, as long as it lasts."""
        since_s = self._conversation.quiet_since_s
        self._tell(since_s is None)
        if self._counting is not None and self._counting[0] != since_s:
            self.close()
        if self._counting is None and since_s is not None and self._silences_s:
            work = self._wait(since_s, self._presence.here)
            self._counting = (since_s, self._group.create_task(work, name=f"{self._name}/silence"))

    async def _wait(self, since_s: float, room: RoomPort) -> None:
        for lasts_s in self._silences_s:
            await self._clock.sleep_until(since_s + lasts_s)
            self._occur(silence_in(room, self._presence, lasts_s))
