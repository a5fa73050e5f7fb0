"""The result codes that signalling answers with, and the refusal that carries one.

Source: errors.md; docs/error-codes.md says which request gets which.
"""

from typing import Any

__all__ = ["Refused"]

NO_CUSTOM_DATA = 1
NO_MODERATOR = 1130
SHARED_ALREADY = 1151
BAD_ARGUMENT = 1155
NOT_FOUND = 1159
NOT_IN_LICENCE = 1170
NOT_CONNECTED = 1171
FLOOR_NOT_GRANTED = 1173
HELD_MUTED = 1176
AS_IT_IS = 1177  # documented for other requests that ask for what is so already
BAD_LAYOUT = 1192
BAD_SERVICE = 1193
TOO_LARGE = 1196
MUTED_ITSELF = 1203
FLOOR_REQUEST_ACCEPTED = 1701  # no refusal: the request waits for a moderator
INVITED_ALREADY = 1702
NOT_REQUESTED = 1707
FLOOR_GRANTED = 1708
FLOOR_DENIED = 1709
TOO_LATE = 1710
FLOOR_FINISHED = 1711
FLOOR_RELEASED = 1712
REQUESTED_ALREADY = 1719
TOO_MANY_PARTICIPANTS = 1725
TOO_MANY_ROOMS = 1726
NO_TOKEN = 1729
NOT_CREATED = 1731
NO_COUNT = 1734
DROPPED_WHILE_AWAY = 2001  # the cause that a dropped client is told; this one was away then
NO_MODERATOR_PLACE = 2101
NO_PARTICIPANT_PLACE = 2102
UNAUTHORISED = 4101
NO_SHARE = 4108
BAD_TOKEN = 4118  # ours: which code refuses a token is not documented
LOCKED = 4121  # documented for locking twice; which code refuses a newcomer is not
NOT_IN_LECTURE = 5067
MODERATORS_START_STREAMING = 7008
NO_STREAMING_SETUP = 7009
MODERATORS_STOP_LIVE_RECORDING = 7036
MODERATORS_STOP_STREAMING = 7044
MODERATORS_SET_LIVE_RECORDING = 7071
MODERATORS_SET_STREAMING = 7072
TOO_MANY_STREAM_ADDRESSES = 7101
BAD_STREAM_ADDRESS = 7102
MODERATORS_START_LIVE_RECORDING = 7201
NO_RECORDING_ADDRESS = 7202
NO_TRANSCRIPTION = 8002
NO_SUMMARY = 8004


class Refused(Exception):
    """A request is not granted: result code, text, and more keys for the answer."""

    def __init__(self, result: int, reason: str, /, **more: Any) -> None:
        super().__init__(reason)
        self.result = result
        self.reason = reason
        self.more = more
