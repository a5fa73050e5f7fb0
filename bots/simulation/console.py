"""A session typed by hand: what a line means. `ana joins`, `ana: !help`, `+5m`, `show rooms`, `quit`. Pure."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import ValidationError

from bots.errors import BotsError
from bots.playbook import Act, parse_duration

__all__ = ["HELP", "Asked", "Done", "Line", "Moved", "Nothing", "Unclear", "read_line"]

HELP = """\
ana joins            somebody comes in; `vega joins as moderator` for a teacher
ana: !help           she writes that in the chat
ana leaves           also: drops, drops 30s, talks 20s, goes back,
                     accepts invites, refuses invites, ignores invites
vega opens red blue  a moderator opens breakout rooms; then: vega invites ana to red (or everybody),
                     and vega closes breakouts; in a room with knock: vega admits ana, or denies everybody; in a
                     lecture: ana raises hand
+5m                  time goes on; every other line lets one second pass
show rooms           who is where; also: show people, show rules, show counters
quit                 everybody goes home"""

Topic = Literal["rooms", "people", "rules", "counters"]
_NAME = r"[A-Za-z][A-Za-z0-9._-]*"
_SAYS = re.compile(rf"({_NAME}):\s*(.+)")
_ACTS = re.compile(rf"({_NAME})\s+(\S.*)")


@dataclass(frozen=True, slots=True)
class Done:
    """Somebody does something; as a moderator if they come in as one."""

    who: str
    act: Act
    is_moderator: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """Time goes on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Asked:
    """Something is to be shown: a topic, help, or the end."""

    what: Literal["rooms", "people", "rules", "counters", "help", "quit"]


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty line or a comment."""


Line = Done | Moved | Asked | Nothing


class Unclear(BotsError):
    """A line that means nothing; the message says what would."""


def read_line(text: str) -> Line:
    """What a line means.

    Raises:
        Unclear: nothing.
    """
    text = text.strip()
    if not text or text.startswith("#"):
        return Nothing()
    if text in ("help", "quit"):
        return Asked("help" if text == "help" else "quit")
    if text.startswith("+"):
        seconds = parse_duration(text[1:])
        if not seconds:
            raise Unclear(f"{text!r} is no time; write +30s or +5m")
        return Moved(seconds)
    if text == "show" or text.startswith("show "):
        return _shown(text.removeprefix("show").strip())
    return _done(text)


def _shown(what: str) -> Asked:
    for topic in get_args(Topic):
        if what == topic:
            return Asked(topic)
    raise Unclear(f"there is no {what!r} to show; there are {', '.join(get_args(Topic))}")


def _done(text: str) -> Done:
    if said := _SAYS.fullmatch(text):
        return Done(said[1], Act(says=said[2]))
    acted = _ACTS.fullmatch(text)
    if acted is None:
        raise Unclear(f"{text[:60]!r} is nothing to do; write ana joins, ana: !help, +5m, show rooms, help or quit")
    who, what = acted[1], acted[2].strip()
    if what == "joins as moderator":
        return Done(who, Act(joins=True), is_moderator=True)
    try:
        return Done(who, Act.model_validate(what))
    except ValidationError as cause:
        error = cause.errors()[0]
        raise Unclear(str(error.get("ctx", {}).get("sentence") or f"{what[:60]!r}: {error['msg']}")) from None
