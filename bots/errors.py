"""Every error of the product, in one tree.

    BotsError
        PlaybookError      problems                        the YAML cannot mean anything
        ConfigError                                        settings or credentials are missing or wrong
        JournalError                                       the journal cannot be read or written
            SessionHeld    session, holder                 another process runs this session
        WireError          text (cut), offset              the peer broke the protocol
        RequestRefused     event, result, reason           the server answered a request with a result code
        ApiError           status, result, retryable       the Server API refused, or could not be reached
        RoomError          room_id
            JoinRefused    result, reason, retryable       RoomClosed   cause, reason, retryable
                NobodyListens
            PublishRefused result, reason                  BreakoutRefused  result, reason
        MediaError         source                          cannot open, decode or encode
        ScheduleError      when                            no such time, unknown zone
            StartMissed    session                         nobody was there to start it, and now it is too late
            Overloaded     session, lag_s, limit_s         this process is too late with everything to start more
        RotationError      people                          no grouping can keep these rules
        StepFailed         bot, step_path                  wraps the cause; ends the run, not the bot

An error carries plain values and a sentence that says what to do. `retryable` says whether trying again can help.
"""

from collections.abc import Sequence
from typing import Protocol

__all__ = [
    "ApiError",
    "BotsError",
    "BreakoutRefused",
    "ConfigError",
    "JoinRefused",
    "JournalError",
    "MediaError",
    "NobodyListens",
    "Overloaded",
    "PlaybookError",
    "PublishRefused",
    "RequestRefused",
    "RoomClosed",
    "RoomError",
    "RotationError",
    "ScheduleError",
    "SessionHeld",
    "StartMissed",
    "StepFailed",
    "WireError",
]

_CUT = 200  # characters of a peer's text that an error repeats


class BotsError(Exception):
    """The root: catch it to catch everything that the product raises on purpose."""

    retryable = False


class Shown(Protocol):
    """A diagnostic that can print itself; playbook.Problem is one."""

    def render(self) -> str: ...


class PlaybookError(BotsError):
    """A playbook, roster or input that cannot mean anything; has all problems at once."""

    def __init__(self, problems: Sequence[Shown]) -> None:
        super().__init__("\n".join(problem.render() for problem in problems))
        self.problems = tuple(problems)


class ConfigError(BotsError):
    """Settings or credentials are missing or wrong; the message says which and how to set them."""


class JournalError(BotsError):
    """The journal cannot be read or written; the message says what to do."""


class SessionHeld(JournalError):
    """Another process runs this session; `holder` says which."""

    def __init__(self, session: str, holder: str) -> None:
        super().__init__(f"{session} is run by {holder}; one process runs a session, so this one does nothing")
        self.session = session
        self.holder = holder


class WireError(BotsError):
    """The peer broke the protocol.

    Args:
        message: what is wrong.
        text: the offending text; only its first 200 characters are kept.
        offset: where in it, in characters; 0 where no place can be named.
    """

    def __init__(self, message: str, text: str = "", offset: int = 0) -> None:
        shown = text if len(text) <= _CUT else text[:_CUT] + "…"
        super().__init__(f"{message}: {shown!r}" if text else message)
        self.text = shown
        self.offset = offset


class RequestRefused(BotsError):
    """The room server answered a request with a result other than success."""

    def __init__(self, event: str, result: int, reason: str) -> None:
        super().__init__(f"{event} was refused with {result}: {reason or 'no reason given'}")
        self.event = event
        self.result = result
        self.reason = reason


class ApiError(BotsError):
    """The Server API refused a call (status, result) or could not be reached (status 0), after `calls` tries."""

    def __init__(
        self, message: str, *, status: int = 0, result: int = 0, retryable: bool = False, calls: int = 1
    ) -> None:
        super().__init__(message)
        self.calls = calls
        self.status = status
        self.result = result
        self.retryable = retryable


class RoomError(BotsError):
    """Something about one room."""

    def __init__(self, room_id: str, message: str) -> None:
        super().__init__(message)
        self.room_id = room_id


class JoinRefused(RoomError):
    """The room server did not let the bot in; a refused token is never good again, a new one may be."""

    def __init__(self, room_id: str, result: int, reason: str, *, retryable: bool = False) -> None:
        super().__init__(room_id, f"room {room_id} refused the join with {result}: {reason or 'no reason given'}")
        self.result = result
        self.reason = reason
        self.retryable = retryable


class NobodyListens(JoinRefused):
    """The machine of the room server answers that there is none at this address: it has ended, or does not run yet."""


class RoomClosed(RoomError):
    """The connection to the room is over: left, dropped, destroyed or lost."""

    def __init__(self, room_id: str, cause: int, reason: str, *, retryable: bool = False) -> None:
        super().__init__(room_id, f"room {room_id} is closed ({cause} {reason})")
        self.cause = cause
        self.reason = reason
        self.retryable = retryable


class PublishRefused(RoomError):
    """The room server did not take the bot's stream."""

    def __init__(self, room_id: str, result: int, reason: str) -> None:
        super().__init__(room_id, f"room {room_id} refused the publication with {result}: {reason}")
        self.result = result
        self.reason = reason


class BreakoutRefused(RoomError):
    """A breakout join failed; `result` and `reason` are the server's own (1729, ...) or a local refusal's.

    `retryable`: the server takes the bot to be inside still, which it will not for long.
    """

    def __init__(self, room_id: str, result: int, reason: str, *, retryable: bool = False) -> None:
        super().__init__(room_id, f"breakout room {room_id} could not be joined ({result}): {reason}")
        self.result = result
        self.reason = reason
        self.retryable = retryable


class MediaError(BotsError):
    """A sound cannot be opened, decoded or encoded, or a media connection cannot be made."""

    def __init__(self, source: str, message: str) -> None:
        super().__init__(f"{source}: {message}")
        self.source = source


class ScheduleError(BotsError):
    """No such time, or an unknown zone."""

    def __init__(self, when: str, message: str) -> None:
        super().__init__(f"{when}: {message}")
        self.when = when


class StartMissed(ScheduleError):
    """Nobody was there to start a session, and now it is too late."""

    def __init__(self, session: str, late_s: float, within_s: float) -> None:
        limit = "start_within of if_missed" if within_s else "there is no if_missed"
        super().__init__(session, f"its start was missed by {late_s:.0f} s; it may be {within_s:.0f} s late ({limit})")
        self.session = session


class Overloaded(ScheduleError):
    """This process cannot take a session: it is late with what it does already, by `lag_s` seconds in the middle."""

    retryable = True

    def __init__(self, session: str, bots: int, lag_s: float, limit_s: float) -> None:
        super().__init__(
            session,
            f"not started: this machine is too busy for its {bots} bots; half of what this process does comes"
            f" {lag_s * 1000:.0f} ms late or later, and the limit is {limit_s * 1000:.0f} ms. Stop other work,"
            " run fewer bots (count, --only-bot), or run them on another machine",
        )
        self.session = session
        self.lag_s = lag_s
        self.limit_s = limit_s


class RotationError(BotsError):
    """People cannot be grouped as asked; `people` are those whom the contradiction is about, possibly nobody."""

    def __init__(self, message: str, people: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.people = tuple(people)


class StepFailed(BotsError):
    """A step could not be done; ends its run, not the bot. The cause is chained."""

    def __init__(self, bot: str, step_path: str, message: str) -> None:
        super().__init__(f"{bot}: {step_path}: {message}")
        self.bot = bot
        self.step_path = step_path
