"""Controls: lines in the chat of the parent room by which people steer, `!more 2m`; each is answered in private.

What people write is compared with the words of the language, and never evaluated.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from bots.bot.contract.messages import PersonClaimed
from bots.bot.place.who import resolve_who
from bots.bot.rotation.course import Refused
from bots.bot.rotation.steering import steer
from bots.bot.rules.facts import Occasion, Person
from bots.bot.rules.outcome import CannotDo
from bots.bot.steps.kit import Kit
from bots.errors import BotsError
from bots.playbook import CONTROLS, STEERING

__all__ = ["Controls"]


class Controls:
    """The controls of one bot.

    Of all bots of a session one answers: `iam` and `help` the one that reports on people; what steers a rotation, the
    one that can play it.

    Args:
        spawn: starts an answer.
    """

    def __init__(self, kit: Kit, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._kit = kit
        self._spawn = spawn

    def hear(self, occasion: Occasion) -> None:
        """Somebody wrote something."""
        if occasion.kind != "chat" or occasion.is_breakout or occasion.person is None:
            return
        word, _, rest = occasion.text.strip().partition(" ")
        name = word[1:].casefold()
        if not word.startswith("!") or name not in CONTROLS or not self._is_mine(name):
            return
        self._spawn(self._answer(name, rest.strip(), occasion.person))

    def command(self, text: str) -> None:
        """Steer the rotation by words that came through the fleet.

        Raises:
            Refused: it cannot be done.
        """
        reply = steer(self._kit, text)
        self._kit.log.info("control_used", control=text.split(maxsplit=1)[0], participant=None, reply=reply)

    def _is_mine(self, name: str) -> bool:
        spec = self._kit.spec
        if name not in spec.controls and not (name == "help" and spec.controls):
            return False
        return bool(spec.rotations) if name in STEERING else spec.reports_people

    async def _answer(self, name: str, rest: str, person: Person) -> None:
        log = self._kit.log
        try:
            reply = self._do(name, rest, person)
        except Refused as reason:
            log.info("control_refused", control=name, participant=person.pseudonym, reason=str(reason))
            reply = f"Sorry: {reason}."
        else:
            log.info("control_used", control=name, participant=person.pseudonym, reply=reply if name != "iam" else None)
        try:
            await self._kit.presence.parent.say(reply, to=[person.client_id])
        except BotsError as failure:
            log.warning("message_not_sent", what="chat", reason=str(failure))

    def _may(self, name: str, person: Person) -> bool:
        spec = self._kit.spec
        who = spec.controls.get(name, ("everyone",))  # everybody may ask for help where there are controls at all
        try:
            allowed = resolve_who(
                who, self._kit.presence.people, person=None, bot_ids=spec.bot_ids,
                expected={entry.id for entry in spec.roster},
            )  # fmt: skip
        except CannotDo:
            return False  # somebody who is named is not here
        return any(one.client_id == person.client_id for one in allowed)

    def _do(self, name: str, rest: str, person: Person) -> str:
        if not self._may(name, person):
            raise Refused(f"!{name} is not for you here")
        match name:
            case "help":
                mine = [one for one in CONTROLS if one in self._kit.spec.controls and self._may(one, person)]
                shown = ["!" + STEERING.get(one, "iam YOUR NAME" if one == "iam" else one) for one in mine]
                return f"You can write {', '.join(shown)}." if shown else "There is nothing that you can steer here."
            case "iam":
                return self._identify(rest, person)
            case _:
                return steer(self._kit, f"{name} {rest}".strip())

    def _identify(self, name: str, person: Person) -> str:
        if not name:
            raise Refused("write your name after it: !iam Ana")
        participant = self._kit.presence.parent.participants.get(person.client_id)
        if participant is None:
            raise Refused("you are not in this room any more")
        found = self._kit.presence.claim(participant, name)
        if found.entry is None:
            why = "somebody else is here under this name" if len(found.candidates) == 1 else "several have this name"
            raise Refused(why if found.candidates else "nobody on the roster has this name")
        if found.how != "claimed":
            raise Refused(f"your token says that you are {found.entry.name}")
        self._kit.emit(PersonClaimed(bot_id=self._kit.spec.id, client_id=person.client_id, roster_id=found.entry.id))
        self._kit.log.info(
            "person_found", participant=found.entry.id, client_id=person.client_id, how=found.how,
            confidence=found.confidence,
        )  # fmt: skip
        return f"Welcome, {found.entry.name}."
