"""What is heard: sounds, paced packets, the peer connection."""

from bots.media.clip import PACKET_S, Clip, ClipInfo, Shape, probe_clip
from bots.media.decoder import OpusStream
from bots.media.description import Line, LineAnswer, MediaLine, OfferedLine
from bots.media.library import load_clip
from bots.media.match import Match, match
from bots.media.mix import Mix
from bots.media.oggfile import OggFile, join_ogg
from bots.media.pacer import Pacer
from bots.media.peer import PeerConnection
from bots.media.playback import Delivery, Playback, Played
from bots.media.receiver import IncomingAudio
from bots.media.recorder import Recorder
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
from bots.media.sender import OutgoingAudio
from bots.media.speech import engine_fault, is_speech, speech_path, speech_text
from bots.media.trust import tls_context, untrusted

__all__ = [
    "PACKET_S",
    "Clip",
    "ClipInfo",
    "Delivery",
    "IncomingAudio",
    "Line",
    "LineAnswer",
    "Match",
    "MediaLine",
    "Mix",
    "OfferedLine",
    "OggFile",
    "OpusStream",
    "OutgoingAudio",
    "Pacer",
    "PeerConnection",
    "Playback",
    "Played",
    "Recorder",
    "ReportBlock",
    "RtpHeader",
    "Shape",
    "build_bye",
    "build_receiver_report",
    "build_rtp",
    "build_sender_report",
    "engine_fault",
    "is_speech",
    "join_ogg",
    "load_clip",
    "match",
    "parse_rtcp",
    "parse_rtp",
    "probe_clip",
    "speech_path",
    "speech_text",
    "tls_context",
    "untrusted",
]
