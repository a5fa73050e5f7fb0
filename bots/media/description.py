"""What two sides of a peer connection say of themselves: SDP, by aiortc's classes for it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aiortc import RTCDtlsTransport, RTCIceGatherer, RTCIceParameters, RTCRtpCodecParameters, sdp
from aiortc.rtcrtpparameters import ParametersDict, RTCRtcpFeedback, RTCRtpHeaderExtensionParameters

from bots.errors import MediaError

__all__ = [
    "OPUS_TYPE",
    "Line",
    "LineAnswer",
    "MediaLine",
    "OfferedLine",
    "OwnSide",
    "can_be_answered",
    "line_of",
    "mirrored",
    "parsed",
    "remote_ssrc",
    "role_of",
]

Direction = Literal["sendonly", "recvonly", "inactive"]

LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
OPUS_TYPE = 111
_OPUS_PARAMETERS: ParametersDict = {"minptime": 10, "useinbandfec": 1}
_OFFERED_EXTENSIONS = ((1, LEVEL_URI), (4, MID_URI))


@dataclass(frozen=True, slots=True)
class MediaLine:
    """A media line to offer: what this side does with it."""

    direction: Direction
    kind: Literal["audio", "video"] = "audio"
    ssrc: int = 0


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """A media line that the other side offers."""

    kind: str
    direction: str
    mid: str


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What this side does with an offered line; `ssrc` of what it sends there."""

    direction: Direction
    ssrc: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A negotiated line; `direction` as this side sees it."""

    kind: str
    mid: str
    direction: str
    payload_type: int = OPUS_TYPE
    level_id: int | None = None
    ssrc: int = 0


class OwnSide:
    """What this side says.

    Args:
        setup: "auto" for who offers (actpass), "client" for who answers (active).
    """

    def __init__(self, gatherer: RTCIceGatherer, dtls: RTCDtlsTransport, setup: Literal["auto", "client"]) -> None:
        self._gatherer = gatherer
        self._dtls = dtls
        self._setup = setup

    @staticmethod
    def session(mids: Sequence[str]) -> sdp.SessionDescription:
        """The description around the lines of these."""
        description = sdp.SessionDescription()
        description.origin = f"- {secrets.randbits(62)} 2 IN IP4 127.0.0.1"
        description.group.append(sdp.GroupDescription(semantic="BUNDLE", items=list(mids)))
        return description

    def offered(self, mid: str, line: MediaLine) -> sdp.MediaDescription:
        """A line to offer."""
        return self._media(line.kind, mid, line.direction, OPUS_TYPE, extensions=_OFFERED_EXTENSIONS, ssrc=line.ssrc)

    def answering(self, theirs: sdp.MediaDescription, line: Line) -> sdp.MediaDescription:
        """The answer to one of their lines."""
        known = [(one.id, one.uri) for one in theirs.rtp.headerExtensions if one.uri in (LEVEL_URI, MID_URI)]
        if not can_be_answered(theirs):
            return _rejected(theirs)
        if theirs.kind == "audio":
            return self._media("audio", line.mid, line.direction, line.payload_type, extensions=known, ssrc=line.ssrc)
        codec = next((one for one in theirs.rtp.codecs if one.name.lower() == "vp8"), theirs.rtp.codecs[0])
        assert codec.payloadType is not None
        media = self._media("video", line.mid, "inactive", codec.payloadType, extensions=[], ssrc=0)
        media.rtp.codecs.append(
            RTCRtpCodecParameters(
                codec.mimeType, codec.clockRate, None, codec.payloadType, [RTCRtcpFeedback("nack")], codec.parameters
            )
        )
        return media

    def _media(
        self,
        kind: str,
        mid: str,
        direction: str,
        payload_type: int,
        *,
        extensions: Sequence[tuple[int, str]],
        ssrc: int,
    ) -> sdp.MediaDescription:
        media = sdp.MediaDescription(kind, 9, "UDP/TLS/RTP/SAVPF", [payload_type])
        media.host = "0.0.0.0"
        media.direction = direction
        media.rtp.muxId = mid
        media.rtcp_port, media.rtcp_host, media.rtcp_mux = 9, "0.0.0.0", True
        media.rtp.headerExtensions = [RTCRtpHeaderExtensionParameters(id=i, uri=uri) for i, uri in extensions]
        if kind == "audio":
            media.rtp.codecs.append(
                RTCRtpCodecParameters("audio/opus", 48_000, 2, payload_type, parameters=dict(_OPUS_PARAMETERS))
            )
        if direction == "sendonly":
            stream = f"bots-{mid}"
            media.msid = f"{stream} audio-{mid}"
            media.ssrc.append(sdp.SsrcDescription(ssrc=ssrc, cname="bots", msid=media.msid))
        media.ice = self._gatherer.getLocalParameters()
        media.ice_candidates = self._gatherer.getLocalCandidates()
        media.ice_candidates_complete = True
        media.ice_options = "trickle"
        media.dtls = self._dtls.getLocalParameters()
        media.dtls.role = self._setup
        return media


def parsed(text: str) -> sdp.SessionDescription:
    """The other side's description.

    Raises:
        MediaError: it cannot be read, or lacks what a connection needs.
    """
    try:
        description = sdp.SessionDescription.parse(text)
    except (AssertionError, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise MediaError("session description", f"it cannot be read ({type(error).__name__}: {error})") from error
    media = description.media
    if not media or media[0].ice is None or media[0].dtls is None or not media[0].dtls.fingerprints:
        raise MediaError("session description", "it has no media line with ICE and DTLS parameters")
    return description


def can_be_answered(theirs: sdp.MediaDescription) -> bool:
    """Audio with Opus, or video (which is answered inactive); anything else is rejected."""
    return _opus(theirs) is not None if theirs.kind == "audio" else theirs.kind == "video" and bool(theirs.rtp.codecs)


def _rejected(theirs: sdp.MediaDescription) -> sdp.MediaDescription:
    """The answer to a line of which nothing can come: port 0 (RFC 3264, section 6)."""
    media = sdp.MediaDescription(theirs.kind, 0, theirs.profile, theirs.fmt[:1])
    media.host = "0.0.0.0"
    media.direction = "inactive"
    media.rtp.muxId = theirs.rtp.muxId
    media.ice = RTCIceParameters()
    return media


def line_of(theirs: sdp.MediaDescription, direction: str, ssrc: int) -> Line:
    """What has been negotiated by their description of a line."""
    opus = _opus(theirs)
    # RFC 8285: a one-byte header has ids 1 to 14; a level under any other id is not sent
    level = next((one.id for one in theirs.rtp.headerExtensions if one.uri == LEVEL_URI and 0 < one.id < 15), None)
    return Line(theirs.kind, theirs.rtp.muxId, direction, OPUS_TYPE if opus is None else opus, level, ssrc)


def _opus(media: sdp.MediaDescription) -> int | None:
    return next((one.payloadType for one in media.rtp.codecs if one.mimeType.lower() == "audio/opus"), None)


def remote_ssrc(media: sdp.MediaDescription) -> int:
    """The number of the stream that they send on a line; 0 if they do not say."""
    return media.ssrc[0].ssrc if media.ssrc else 0


def role_of(remote: sdp.SessionDescription) -> str:
    """Their part in the DTLS handshake: auto, client or server."""
    dtls = remote.media[0].dtls
    assert dtls is not None
    return dtls.role


def mirrored(theirs: str, mine: str) -> str:
    """What is left of my offered direction after their answer."""
    allows = {"sendonly": "recvonly", "recvonly": "sendonly", "sendrecv": mine, "inactive": "inactive"}
    return mine if allows[theirs] == mine else "inactive"
