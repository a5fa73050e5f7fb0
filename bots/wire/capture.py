"""What was said on a socket, as JSON lines that can be sent to somebody: without tokens, keys and passwords. Pure.

Names, chat and addresses stay: they are what a fault is often about, and whoever sends a capture should know it.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, TextIO

__all__ = ["REMOVED", "Capture", "CaptureFile", "without_secrets"]

REMOVED = "(removed)"
LONGEST_TEXT = 20_000  # characters of one text that are kept
# of what a client presents, these keys are no secret; everything else may be
_TOKEN_KEYS = frozenset((
    "host", "secure", "gateway", "version", "hostType", "hostVersion", "hostDeviceType", "userAgent", "singlePC",
    "dataChannel", "isReconnecting", "reconnectAttempt", "reconnectCount", "role", "name", "maxActiveTalkers",
    "advancedOptions", "changedOptions", "receivedNotices", "oldClientIdForReconnect",
))  # fmt: skip
_SECRET_KEY = re.compile(
    r"token|signature|secret|passw|pwd|credential|claim|authori[sz]|app_?key|api_?key|private|cookie|^key$|^pin$|^sid$|"
    r"^log_?id$|^username$",
    re.IGNORECASE,
)
_IN_TEXT = (
    (re.compile(r"(a=ice-pwd:)[^\r\n]+"), rf"\1{REMOVED}"),
    (re.compile(r"(\w+://)[^/@\s:]+:[^/@\s]+@"), rf"\1{REMOVED}@"),
    (re.compile(r"([?&#](?:token|key|secret|password|signature|auth)=)[^&\s\"']+", re.IGNORECASE), rf"\1{REMOVED}"),
    (re.compile(r"\b((?:Basic|Bearer)\s+)[A-Za-z0-9+/=._~-]{6,}"), rf"\1{REMOVED}"),
)
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_SOCKET_IO = re.compile(r"4([0-6])(?:/[^,\[{]*,)?(\d*)(.*)", re.DOTALL)
_KINDS = {"0": "connect", "1": "disconnect", "2": "event", "3": "ack", "4": "refused", "5": "event", "6": "ack"}


class CaptureFile:
    """What several sockets write their captures into: it ends where the file takes no more, and no conversation does.

    Args:
        file: open for writing, line by line.
        ended: is told once why it takes no more.
    """

    def __init__(self, file: TextIO, ended: Callable[[str], None]) -> None:
        self._file: TextIO | None = file
        self._ended = ended

    @property
    def is_open(self) -> bool:
        return self._file is not None

    def write(self, line: str) -> None:
        """One line, with its end; nothing if it has ended."""
        if self._file is None:
            return
        try:
            self._file.write(line)
        except OSError as error:  # whoever speaks does not pay for it
            self.close()
            self._ended(error.strerror or str(error))

    def close(self) -> None:
        """No more is written; safe to call twice."""
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):  # the same once more: it has not got rid of its last line
                file.close()


class Capture:
    """Writes what is said on one socket.

    Args:
        write: takes one line, with its end.
        now: the instant now, aware, UTC.
        socket: tells this socket from others in the same file.
    """

    def __init__(self, write: Callable[[str], object], now: Callable[[], datetime], socket: str) -> None:
        self._write = write
        self._now = now
        self._socket = socket
        self._asked: dict[tuple[str, str], str] = {}

    def take(self, text: str, *, sender: str) -> None:
        """One frame; pings and pongs are passed over.

        Args:
            text: the frame.
            sender: `client` or `server`.
        """
        if text in ("2", "3", "6"):
            return
        line = {"at": self._now().isoformat(timespec="milliseconds"), "socket": self._socket, "from": sender}
        self._write(json.dumps(line | self._said(text, sender), ensure_ascii=True) + "\n")

    def _said(self, text: str, sender: str) -> dict[str, Any]:
        found = _SOCKET_IO.fullmatch(text)
        if found is None:
            return {"packet": "engine", "size": len(text)}
        kind, number, body = found.groups()
        try:
            value = json.loads(body) if body else None
        except (ValueError, RecursionError):
            return {"packet": _KINDS[kind], "unreadable": len(body)}
        if _KINDS[kind] == "ack":
            asker = "server" if sender == "client" else "client"
            said: dict[str, Any] = {"packet": "ack", "of": self._asked.pop((asker, number), ""), "number": number}
            return said | {"arguments": without_secrets(value)}
        if _KINDS[kind] != "event" or not isinstance(value, list) or not value or not isinstance(value[0], str):
            return {"packet": _KINDS[kind], "arguments": without_secrets(value)}
        event, arguments = value[0], value[1:]
        if number:
            self._asked[sender, number] = event
        if event == "token":
            arguments = [_presented(one) for one in arguments]
        return {"packet": "event", "event": event, "number": number, "arguments": without_secrets(arguments)}


def without_secrets(value: Any, depth: int = 0) -> Any:
    """The same value, with what is or may be a secret taken out of it."""
    if depth > 60:
        return REMOVED
    if isinstance(value, Mapping):
        return {
            _clean(str(key)): REMOVED if _SECRET_KEY.search(str(key)) else without_secrets(inner, depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [without_secrets(inner, depth + 1) for inner in value]
    return _clean(value) if isinstance(value, str) else value


def _presented(token: object) -> object:
    if not isinstance(token, Mapping):
        return REMOVED
    return {key: inner if key in _TOKEN_KEYS else REMOVED for key, inner in token.items()}


def _clean(text: str) -> str:
    for pattern, instead in _IN_TEXT:
        text = pattern.sub(instead, text)
    text = _ENCODED.sub(lambda found: REMOVED if _is_token(found[0]) else found[0], text)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}... ({len(text)} characters)"


def _is_token(text: str) -> bool:
    """Base64 of JSON, as room tokens are (and the parts of a JWT): with what it carries, it opens a room."""
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    for length in range(len(bare), len(bare) - 4, -1):  # what stands behind it may look like more of it
        try:
            decoded = base64.b64decode(bare[:length] + "=" * (-length % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        if decoded.lstrip()[:1] in (b"{", b"[") and b'"' in decoded:
            return True
    return False
