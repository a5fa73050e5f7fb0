"""What the SDK can ask for and this server does not do: refused, because a 0 would say that it is done.

Source: signalling.md section 11.1; moderation.md sections 1 and 13.
"""

from bots.server.codes import NOT_IN_LICENCE, UNAUTHORISED, Refused

__all__ = ["check_offered"]

FOR_MODERATORS = frozenset((
    "sendLayoutData", "stopAllSharing", "startStreaming",
    "stopStreaming", "setStreamingParams", "startLiveRecording", "stopLiveRecording", "setLiveRecordingParams",
    "invalidateTranscoding",
))  # fmt: skip
FOR_ALL = frozenset((
    "auxilaryPublishRequests", "saveCustomData", "setCustomData", "getCustomData", "makeOutboundCall",
    "cancelOutboundCall", "sendDTMF", "startLiveTranscription", "stopLiveTranscription", "startLiveMeetingAnalytics",
    "stopLiveMeetingAnalytics", "getLiveMeetingAnalytics", "subscribeForLiveSummary", "addDataChannel",
))  # fmt: skip


def check_offered(event: str, *, is_moderator: bool) -> None:
    """Let pass what needs no more than an ack: statistics, logs, and names that nobody knows.

    Raises:
        Refused: 4101 to whom it is not allowed, 1170 to the others.
    """
    if event in FOR_MODERATORS and not is_moderator:
        raise Refused(UNAUTHORISED, "Unauthorized: only a moderator may do this.")
    if event in FOR_MODERATORS | FOR_ALL:
        raise Refused(NOT_IN_LICENCE, f"This server does not offer {event}.")
