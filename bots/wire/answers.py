"""What a server answers: acks, in every form that has been seen, and the forms we send.

Source: signalling.md sections 2.4 and 3.1; breakouts.md sections 5.2 and 10; errors.md section 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.wire.record import whole_number
from bots.wire.requests.request import Request, UnknownRequest

__all__ = ["Answer", "granted", "read_answer", "refusal_of", "refused", "token_refused"]

# of these the SDK takes any first argument but null for success (signalling.md sections 2.4 and 7)
_NULL_IS_NO = ("subscribe", "processFloorRequest", "changeUserRoleOption", "addDataChannel")
FLOOR_REQUESTED = 1701  # no error: the request waits for a moderator (errors.md)
UNREADABLE = -1  # the result of an ack that says neither yes nor a code


@dataclass(frozen=True, slots=True)
class Answer:
    """An ack, understood: `result` 0 is success (1701 too for `requestFloor`); `data` is what it carried."""

    result: int
    reason: str = ""
    data: Any = None

    @property
    def is_ok(self) -> bool:
        return self.result in (0, FLOOR_REQUESTED)

    def get(self, key: str) -> Any:
        """A value of the answer's object; None if it has no such key or is no object."""
        return self.data.get(key) if isinstance(self.data, Mapping) else None

    def number(self, key: str) -> int | None:
        """A whole number of the answer's object, also if it came as a text; None if there is none."""
        return whole_number(self.get(key))


def read_answer(arguments: Sequence[object]) -> Answer:
    """Understand an ack.

    Forms: `("success", x)`, `("error", x)`, one object with `result`, `true`, `(null, reason)` of the SDP
    way, a bare text (the break-out token of SDK 1.9), nothing at all.
    """
    first = arguments[0] if arguments else None
    second = arguments[1] if len(arguments) > 1 else None
    if first == "success":
        return _understood(second if second is not None else True)
    if first == "error":
        return _failure(second)
    if first is None and second is not None:
        return _failure(second)
    if first is None and arguments:
        return Answer(UNREADABLE, "the server answered with nothing")
    return _understood(first if arguments else True)


def _understood(value: object) -> Answer:
    if isinstance(value, Mapping):
        result = _code(value.get("result", 0))
        return Answer(result, "" if result == 0 else _text(value), dict(value))
    if value is False:
        return Answer(UNREADABLE, "the server answered false")
    return Answer(0, "", value)


def _failure(value: object) -> Answer:
    if isinstance(value, Mapping):
        code = _code(value.get("result", UNREADABLE))
        return Answer(code if code != 0 else UNREADABLE, _text(value), dict(value))
    return Answer(whole_number(value) or UNREADABLE, str(value) if value is not None else "no reason given", value)


def _code(raw: object) -> int:
    number = whole_number(raw)
    return UNREADABLE if number is None else number


def _text(value: Mapping[Any, Any]) -> str:
    for key in ("msg", "error", "desc", "message"):
        if isinstance(value.get(key), str):
            return str(value[key])
    return ""


def granted(**fields: Any) -> tuple[Any, ...]:
    """The ack of a request that was done: one object, which every SDK generation hands to the caller."""
    return ({"result": 0, **fields},)


def refused(result: int, reason: str, /, **fields: Any) -> tuple[Any, ...]:
    """The ack of a refused request; `error` repeats `msg` because 3.1.8 shows that one for `publish`."""
    return ({"result": result, "msg": reason, "error": reason, **fields},)


def refusal_of(event: str | Request, result: int, reason: str, /, **fields: Any) -> tuple[Any, ...]:
    """The ack of a refused request, in the form that the SDK reads as a refusal of this event."""
    name = event if isinstance(event, str) else event.name if isinstance(event, UnknownRequest) else event.event
    no = refused(result, reason, **fields)
    return (None, *no) if name in _NULL_IS_NO else no


def token_refused(result: int, reason: str) -> tuple[Any, ...]:
    """The ack of a refused token: only this form makes 3.1.8 close its socket (signalling.md 14.3)."""
    return ("error", {"result": result, "msg": reason})
