"""What the SDK can ask for and this server does not do: refused, because a 0 would say that it is done.

Live recording and streaming are refused in a form of their own: the SDK reads `status.resultCode` of these acks without
a look whether it is there, and its callback never fires where it is not. Who may not ask, and what makes no sense, has
the codes of the vendor. Source: signalling.md section 11.1; moderation.md sections 1, 7, 8 and 13; errors.md.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bots.server.codes import (
    BAD_STREAM_ADDRESS,
    MODERATORS_SET_LIVE_RECORDING,
    MODERATORS_SET_STREAMING,
    MODERATORS_START_LIVE_RECORDING,
    MODERATORS_START_STREAMING,
    MODERATORS_STOP_LIVE_RECORDING,
    MODERATORS_STOP_STREAMING,
    NO_RECORDING_ADDRESS,
    NO_STREAMING_SETUP,
    NO_SUMMARY,
    NO_TRANSCRIPTION,
    NOT_IN_LICENCE,
    TOO_MANY_STREAM_ADDRESSES,
    UNAUTHORISED,
    Refused,
)

__all__ = ["check_offered"]

MOST_STREAM_ADDRESSES = 3
_ADDRESS = re.compile(r"(https?|rtmps?)://\S+")
_MODERATORS_ONLY = {
    "startStreaming": MODERATORS_START_STREAMING,
    "setStreamingParams": MODERATORS_SET_STREAMING,
    "stopStreaming": MODERATORS_STOP_STREAMING,
    "startLiveRecording": MODERATORS_START_LIVE_RECORDING,
    "setLiveRecordingParams": MODERATORS_SET_LIVE_RECORDING,
    "stopLiveRecording": MODERATORS_STOP_LIVE_RECORDING,
    "invalidateTranscoding": UNAUTHORISED,
}
_WITH_STATUS = frozenset(_MODERATORS_ONLY)
_NOTHING_TO_STOP = {"stopLiveTranscription": NO_TRANSCRIPTION, "stopLiveMeetingAnalytics": NO_SUMMARY}
_FOR_ALL = frozenset((
    "makeOutboundCall", "cancelOutboundCall", "sendDTMF", "startLiveTranscription", "startLiveMeetingAnalytics",
    "getLiveMeetingAnalytics", "subscribeForLiveSummary", "addDataChannel",
))  # fmt: skip


def check_offered(event: str, payload: object, *, is_moderator: bool) -> None:
    """Let pass what needs no more than an ack: statistics, logs, and names that nobody knows.

    Raises:
        Refused: to whom it is not allowed, what makes no sense, 1170 to the others.
    """
    if event in _MODERATORS_ONLY and not is_moderator:
        raise _refusal(event, _MODERATORS_ONLY[event], "Unauthorized: only a moderator may do this.")
    if event in _CHECKS and (wrong := _CHECKS[event](payload if isinstance(payload, Mapping) else {})) is not None:
        raise _refusal(event, *wrong)
    if event in _NOTHING_TO_STOP:
        raise _refusal(event, _NOTHING_TO_STOP[event], "There is none to stop.")
    if event in _MODERATORS_ONLY or event in _FOR_ALL:
        raise _refusal(event, NOT_IN_LICENCE, f"This server does not offer {event}.")


def _refusal(event: str, result: int, reason: str) -> Refused:
    if event not in _WITH_STATUS:
        return Refused(result, reason)
    return Refused(result, reason, status={"resultCode": result, "error": {"errorDesc": reason}})


def _check_streaming(setup: Mapping[str, Any]) -> tuple[int, str] | None:
    details = setup.get("rtmpDetails")
    if not isinstance(details, Mapping) or not isinstance(details.get("rtmpUrl"), str):
        return NO_STREAMING_SETUP, "rtmpDetails.rtmpUrl is missing: where to stream to."
    addresses = details["rtmpUrl"].split(",")
    if len(addresses) > MOST_STREAM_ADDRESSES:
        return TOO_MANY_STREAM_ADDRESSES, f"At most {MOST_STREAM_ADDRESSES} addresses at once."
    if not all(_ADDRESS.fullmatch(one.strip()) for one in addresses):
        return BAD_STREAM_ADDRESS, "rtmpUrl must be an address that begins with rtmp, rtmps, http or https."
    return None


def _check_live_recording(setup: Mapping[str, Any]) -> tuple[int, str] | None:
    details = setup.get("urlDetails")
    address = details.get("url") if isinstance(details, Mapping) else None
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        return NO_RECORDING_ADDRESS, "urlDetails.url must be the address of the page to record."
    return None


_CHECKS: dict[str, Callable[[Mapping[str, Any]], tuple[int, str] | None]] = {
    "startStreaming": _check_streaming,
    "startLiveRecording": _check_live_recording,
}
