"""Engine.IO 4 packets."""

import pytest

from bots.errors import WireError
from bots.wire import EngineKind, EngineOpen, EnginePacket, read_engine_packet


@pytest.mark.parametrize("kind", list(EngineKind))
def test_every_kind_of_packet_survives_the_way_there_and_back(kind: EngineKind) -> None:
    packet = EnginePacket(kind, "text 🎈")
    assert packet == read_engine_packet(packet.write())


@pytest.mark.parametrize("text", ["", "7", "b4AQID", " 4", "x"])
def test_a_frame_that_is_no_packet_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        read_engine_packet(text)


def test_the_open_packet_survives_the_way_there_and_back() -> None:
    opened = EngineOpen(sid="s-1", ping_interval_ms=25_000, ping_timeout_ms=20_000)
    assert opened == EngineOpen.read_packet(read_engine_packet(opened.packet().write()))


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "0[]",
        '0{"sid":"a"}',
        '0{"sid":"a","pingInterval":1,"pingTimeout":0}',
        '0{"sid":"a","pingInterval":1,"pingTimeout":-1}',
        '0{"sid":"a","pingInterval":1e300,"pingTimeout":1}',
    ],
)
def test_an_open_packet_without_usable_intervals_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        EngineOpen.read_packet(read_engine_packet(text))
