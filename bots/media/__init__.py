"""What is heard: sounds, paced packets, the peer connection."""

from bots.media.peer import Line, LineAnswer, MediaLine, OfferedLine, PeerConnection
from bots.media.rtp import (
    ReportBlock,
    RtpHeader,
    build_bye,
    build_receiver_report,
    build_rtp,
    build_sender_report,
    parse_rtcp,
    parse_rtp,
)

__all__ = [
    "Line",
    "LineAnswer",
    "MediaLine",
    "OfferedLine",
    "PeerConnection",
    "ReportBlock",
    "RtpHeader",
    "build_bye",
    "build_receiver_report",
    "build_rtp",
    "build_sender_report",
    "parse_rtcp",
    "parse_rtp",
]
