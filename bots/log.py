"""The log is the product's standard output: one event a line, JSON for machines, text for a terminal.

`configure` is called once, at the edge (the command); elsewhere `structlog.get_logger()` is enough. Names of
events stand in docs/events.md. Tokens and keys never leave this file: known names, shapes and known values
(`hide`) are replaced. What libraries say through `logging` comes in the same format, from WARNING up.
"""

import contextlib
import json
import logging
import math
import os
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

__all__ = ["Format", "Traces", "configure", "hide", "retell"]

Format = Literal["auto", "text", "json"]

REDACTED = "[redacted]"
_SECRET_NAME = re.compile(
    r"(^|_)(token|key|secret|password|passwd|authorization|credentials?|cookie)s?$", re.IGNORECASE
)
_SECRET_TEXT = (
    re.compile(r"\beyJ[A-Za-z0-9+/_=.-]{12,}"),  # base64 of '{"': room tokens, JWTs
    re.compile(r"(?<=\bBasic )[A-Za-z0-9+/=]{6,}", re.IGNORECASE),
    re.compile(r"(?<=\bBearer )\S{6,}", re.IGNORECASE),
    re.compile(r"(?<=[?&]token=)[^&\s]+", re.IGNORECASE),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),  # user:password in a URL
)
_CONTROL = re.compile(  # chat text must not steer the terminal, nor turn the line round
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_MIN_HIDDEN = 6  # shorter values would blacken ordinary words

# for whoever asks later why something did not happen; on a terminal the lines around them say it
_UNTOLD_IN_TEXT = {"invite_decided", "run_started", "rule_tallied"}

_hidden: set[str] = set()


def hide(value: str) -> None:
    """Never show this value again, wherever it turns up in an event; under six characters it is let be."""
    if len(value) >= _MIN_HIDDEN:
        _hidden.add(value)


def configure(
    format: Format = "auto",  # noqa: A002 - the name of the command's option
    stream: TextIO | None = None,
    *,
    now: Callable[[], datetime] | None = None,
    trace: "TextIO | Traces | None" = None,
) -> None:
    """Send every event to `stream`, one a line; may be called again, the last call counts.

    Args:
        format: `json`, `text`, or `auto`: text on a terminal, JSON otherwise.
        stream: where to; standard output unless given.
        now: the instant that `timestamp` shows, aware; the machine's clock unless given.
        trace: takes every event too, as JSON; of several sessions, each its own.
    """
    out = sys.stdout if stream is None else stream
    as_text = format == "text" or (format == "auto" and out.isatty())
    render = _text_renderer(out) if as_text else _render_json
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            _stamp(now or (lambda: datetime.now(UTC))),
            _redact,
            render if trace is None else _copier(trace, render),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_LinesFactory(_Lines(out)),
        cache_logger_on_first_use=False,
    )
    _forward_libraries()


def retell(event: Mapping[str, Any]) -> None:
    """Log what another process of ours has logged, as it was: its level, its instant."""
    values = {name: value for name, value in event.items() if name not in ("level", "event")}
    level = logging.getLevelNamesMapping()[str(event["level"]).upper()]
    structlog.get_logger().log(level, event["event"], **values)


class _Lines:
    """Writes lines; a log that cannot be written never stops a bot that is with a class.

    A reader that has gone (`bots run | head`) is told of once, on standard error, and nobody is written to any
    more. A full disk may have room again: what could not be written is counted, and told when it can.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._is_gone = False
        self._lost = 0

    def msg(self, line: str) -> None:
        if self._is_gone:
            return
        try:
            gap = self._gap() if self._lost else ""
            self._out.write(f"{gap}{line}\n")
            self._out.flush()
            self._lost = 0
        except (BrokenPipeError, ValueError) as cause:  # ValueError: the stream is closed
            self._is_gone = True
            _complain(f"nobody reads the log any more ({cause}); the session goes on without it")
            _redirect(self._out)
        except OSError as cause:
            if not self._lost:
                _complain(f"the log cannot be written ({cause.strerror or cause}); the session goes on without it")
            self._lost += 1

    debug = info = warning = error = critical = exception = msg

    def _gap(self) -> str:
        event = {"timestamp": _instant(datetime.now(UTC)), "level": "error", "event": "log_interrupted"}
        return json.dumps({**event, "lines": self._lost}) + "\n"


def _complain(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # there is nobody left to tell
        sys.stderr.write(f"bots: {text}\n")
        sys.stderr.flush()


def _redirect(out: TextIO) -> None:
    """What is still in the stream's buffer goes nowhere, so that the process ends with its own exit code."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, out.fileno())
        os.close(null)


class Traces:
    """The traces of the sessions that run beside each other."""

    def __init__(self) -> None:
        self._of: dict[str, _Lines] = {}

    def open(self, session: str, out: TextIO) -> None:
        """What this session tells goes there too."""
        self._of[session] = _Lines(out)

    def close(self, session: str) -> None:
        """No more."""
        self._of.pop(session, None)

    def of(self, event: EventDict) -> "_Lines | None":
        """Where an event goes."""
        return self._of.get(str(event.get("session")))


class _LinesFactory:
    """Structlog's way to a logger: always the same one."""

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines

    def __call__(self, *_args: Any) -> _Lines:
        return self._lines


class _LibraryHandler(logging.Handler):
    """What a library says through `logging`, as an event `library_logged` of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(
            record.levelno,
            "library_logged",
            library=record.name,
            message=record.getMessage(),
            exc_info=record.exc_info if record.exc_info and record.exc_info[0] else None,
        )


def _copier(trace: TextIO | Traces, render: Processor) -> Processor:
    """Writes each event into its trace, then renders it; what is JSON in both is made once."""
    of = trace.of if isinstance(trace, Traces) else partial(_always, _Lines(trace))

    def copy(logger: WrappedLogger, method: str, event: EventDict) -> Any:
        lines = of(event)
        if lines is None:
            return render(logger, method, event)
        line = _render_json(logger, method, event)
        lines.msg(line)
        return line if render is _render_json else render(logger, method, event)

    return copy


def _always(lines: _Lines, _event: EventDict) -> _Lines:
    return lines


def _forward_libraries() -> None:
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _LibraryHandler):
            root.removeHandler(handler)
    root.addHandler(_LibraryHandler(logging.WARNING))
    root.setLevel(logging.WARNING)


def _stamp(now: Callable[[], datetime]) -> Processor:
    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("timestamp", _instant(now()))
        return event

    return stamp


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> MutableMapping[str, Any]:
    """Order the fields for reading (timestamp, level, event, the rest) and take every secret out."""
    ordered = {name: event[name] for name in ("timestamp", "level", "event") if name in event}
    return {name: _clean(value, name) for name, value in {**ordered, **event}.items()}


def _clean(value: Any, name: str = "") -> Any:
    """A value as JSON can say it, without secrets; instants in ISO 8601, time spans in seconds."""
    if _is_secret(name) and value is not None and not isinstance(value, bool | int | float):
        return REDACTED
    if isinstance(value, str):  # nearly all are one of these two, and patterns take longer to say so
        return _clean_text(value)
    if value is None or isinstance(value, int):
        return value
    match value:
        case float():
            return round(value, 6) if math.isfinite(value) else None
        case datetime():
            return _instant(value)
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return {_clean_text(str(key)): _clean(item, str(key)) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(item) for item in value]
        case _:
            return _clean_text(str(value))


@lru_cache(maxsize=1024)  # the fields of events have few names
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def _clean_text(text: str) -> str:
    for secret in _hidden:
        text = text.replace(secret, REDACTED)
    if _may_be_secret(text.casefold()):  # most are not, and the shapes take ten times as long as this look
        for shape in _SECRET_TEXT:
            text = shape.sub(REDACTED, text)
    return text


def _may_be_secret(text: str) -> bool:
    """Has it a mark of one of the shapes of secrets? Written out: one expression that looks for all of them is slow."""
    return "eyj" in text or "://" in text or "token=" in text or "basic " in text or "bearer " in text


def _instant(at: datetime) -> str:
    if at.tzinfo is None:
        return at.isoformat()
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _render_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return json.dumps(event)


def _text_renderer(out: TextIO) -> Processor:
    render = structlog.dev.ConsoleRenderer(
        colors=out.isatty() and not os.environ.get("NO_COLOR"),
        exception_formatter=structlog.dev.plain_traceback,
        sort_keys=False,
        pad_event_to=22,
    )

    def render_text(logger: WrappedLogger, method: str, event: EventDict) -> str:
        """For reading: without what says nothing, and without the session, which its first and last lines name."""
        if event["event"] in _UNTOLD_IN_TEXT:
            raise structlog.DropEvent
        is_about_session = str(event["event"]).startswith("session_")
        shown = {
            name: _CONTROL.sub("?", value) if isinstance(value, str) else value
            for name, value in event.items()
            if value is not None and (name != "session" or is_about_session)
        }
        return render(logger, method, shown)

    return render_text
