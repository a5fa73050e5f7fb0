"""Where a session stands: what is counted, who came, who has gone, what was judged. It outlives the process. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from bots.bot import BotEvent, BotFailed, BotJoined, BotLeft, StepUnknown
from bots.fleet.expect import ExpectResult
from bots.fleet.tally import Tally

__all__ = ["Standing"]


@dataclass(slots=True)
class Standing:
    """Folds what bots tell.

    Attributes:
        joined: bots that have been in the room.
        gone: bots that have left for good, or failed.
        failed: the latter.
        unknown: steps of which nobody knows whether they were done.
        results: of expectations, by their number.
    """

    tally: Tally = field(default_factory=Tally)
    joined: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    failed: dict[str, BotFailed] = field(default_factory=dict)
    unknown: list[StepUnknown] = field(default_factory=list)
    results: dict[int, ExpectResult] = field(default_factory=dict)

    def apply(self, event: BotEvent) -> None:
        """Something has happened."""
        self.tally.apply(event)
        match event:
            case BotJoined(bot_id=bot_id):
                self.joined.add(bot_id)
            case BotLeft(bot_id=bot_id, cause=cause) if cause != "stopped":  # a stop that is cut short is no end
                self.gone.add(bot_id)
            case BotFailed(bot_id=bot_id):
                self.gone.add(bot_id)
                self.failed[bot_id] = event
            case StepUnknown():
                self.unknown.append(event)
            case _:
                pass

    def to_json(self) -> dict[str, Any]:
        """As plain values, to be kept."""
        return {
            "tally": self.tally.to_json(),
            "joined": sorted(self.joined),
            "gone": sorted(self.gone),
            "failed": _FAILED.dump_python(list(self.failed.values()), mode="json"),
            "unknown": _UNKNOWN.dump_python(self.unknown, mode="json"),
            "results": _RESULTS.dump_python(list(self.results.items()), mode="json"),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Standing":
        """What was kept."""
        return Standing(
            Tally.from_json(data["tally"]),
            set(data["joined"]),
            set(data["gone"]),
            {one.bot_id: one for one in _FAILED.validate_python(data["failed"])},
            _UNKNOWN.validate_python(data["unknown"]),
            dict(_RESULTS.validate_python(data["results"])),
        )


_FAILED = TypeAdapter(list[BotFailed])
_UNKNOWN = TypeAdapter(list[StepUnknown])
_RESULTS = TypeAdapter(list[tuple[int, ExpectResult]])
