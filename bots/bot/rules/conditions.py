"""The facts that conditions and texts are filled with, for one firing of one bot at one moment."""

from bots.bot.contract.spec import BotSpec
from bots.bot.place.presence import Presence
from bots.bot.rules.facts import Firing, Person
from bots.playbook import BotFacts, Expression, MessageFacts, PersonFacts, RoomFacts, Scope

__all__ = ["scope_of", "seen"]

_PLAIN = {"person.id", "person.role"}  # of what is known of people; the rest may be a name or a chat line


def scope_of(spec: BotSpec, presence: Presence, firing: Firing) -> Scope:
    """What is true now; `person` and `message` are those of the first occasion gathered."""
    first = firing.first
    return Scope(
        bot=BotFacts(id=spec.id, name=spec.name),
        room=_room_facts(presence) if first is None else RoomFacts(first.room_name, first.is_breakout),
        count=presence.counts(),
        person=None if firing.person is None else _person_facts(firing.person),
        message=MessageFacts(first.text) if first is not None and first.kind == "chat" else None,
        n=spec.number,
    )


def seen(condition: Expression, scope: Scope) -> dict[str, str | int | float | bool]:
    """What a condition looks at, as it is now, for the log: texts of people are told by their length only."""
    return {
        fact: f"({len(value)} characters)" if _is_private(fact, value) else value
        for fact, value in condition.facts_now(scope).items()
    }


def _is_private(fact: str, value: object) -> bool:
    return not isinstance(value, bool | int | float) and fact.startswith(("person.", "message.")) and fact not in _PLAIN


def _room_facts(presence: Presence) -> RoomFacts:
    room = presence.here
    is_breakout = room is not presence.parent
    name = presence.breakout_name(room.room_id) if is_breakout else None
    return RoomFacts(name or room.room_name, is_breakout)


def _person_facts(person: Person) -> PersonFacts:
    return PersonFacts(
        name=person.name,
        id=person.id or person.client_id,
        role=person.role,
        is_bot=person.is_bot,
        is_me=person.is_me,
        is_known=person.is_known,
        tags=person.tags,
    )
