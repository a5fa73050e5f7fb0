"""What was decided in a session, read from its log: to compare a live run with a simulated one. Pure.

Instants, ids of rooms and connections, and durations differ from run to run and are left out. The order is compared
for each bot by itself: who of two bots is a millisecond earlier is no decision.
"""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bots.errors import WireError

__all__ = ["Difference", "compare", "decisions_of", "read_log"]

# what of an event was decided; sounds end in a stream of their own, since their report comes later than their end
_DECISIONS: dict[str, tuple[str, ...]] = {
    "room_joined": (),
    "room_left": ("cause",),
    "bot_failed": ("stage",),
    "invite_decided": ("breakout", "entry", "action"),
    "invite_kept": (),
    "invite_accepted": ("breakout",),
    "invite_rejected": ("breakout",),
    "invite_ignored": ("breakout",),
    "invite_expired": ("breakout",),
    "breakout_created": ("breakout", "capacity"),
    "breakout_invited": ("breakout", "people", "is_forced"),
    "breakout_joined": ("breakout",),
    "breakout_left": ("breakout",),
    "audio_started": ("clip", "is_looped", "rule"),
    "rule_fired": ("rule", "trigger"),
    "branch_taken": ("rule", "step", "branch"),
    "step_finished": ("rule", "step", "kind", "outcome"),
    "run_finished": ("rule", "outcome"),
    "signal_sent": ("signal",),
    "note_logged": ("text",),
}
_SOUNDS: dict[str, tuple[str, ...]] = {"audio_finished": ("clip", "outcome", "heard")}
_VERDICTS: dict[str, tuple[str, ...]] = {"expectation_judged": ("counter", "is_met"), "session_finished": ("outcome",)}


@dataclass(frozen=True, slots=True)
class Difference:
    """What one stream (`ana`, `ana, sounds`, `session`) has in one log only, in order.

    `lines` begin with `- ` (only in the first log), `+ ` (only in the second) or two spaces (in both).
    """

    stream: str
    lines: tuple[str, ...]


def read_log(text: str) -> list[dict[str, Any]]:
    """The events of a log of JSON lines.

    Raises:
        WireError: a line is no JSON object with an `event`.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            raise WireError(f"line {number} is no event of a log; write it with --log-format json", line)
        found.append(event)
    return found


def decisions_of(events: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The decisions by stream, each a line of text, in order."""
    streams: dict[str, list[str]] = {}
    for event in events:
        bot, name = str(event.get("bot") or "session"), event["event"]
        for stream, fields in ((bot, _DECISIONS), (f"{bot}, sounds", _SOUNDS), ("session", _VERDICTS)):
            if name in fields:
                streams.setdefault(stream, []).append(_line(event, fields[name]))
    return streams


def compare(first: Iterable[Mapping[str, Any]], second: Iterable[Mapping[str, Any]]) -> list[Difference]:
    """Where two logs decided differently; empty if nowhere."""
    one, other = decisions_of(first), decisions_of(second)
    differences = []
    for stream in dict.fromkeys((*one, *other)):
        left, right = one.get(stream, []), other.get(stream, [])
        if left != right:
            lines = (line for line in difflib.ndiff(left, right) if not line.startswith("?"))
            differences.append(Difference(stream, tuple(lines)))
    return differences


def _line(event: Mapping[str, Any], fields: Iterable[str]) -> str:
    values = (f"{field}={json.dumps(_unordered(event.get(field)), ensure_ascii=False)}" for field in fields)
    return " ".join((event["event"], *values))


def _unordered(value: object) -> object:
    """Who of several was invited first depends on who came a moment earlier."""
    return sorted(value) if isinstance(value, list) and all(isinstance(one, str) for one in value) else value
