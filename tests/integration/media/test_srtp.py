"""The way out of a connection, against libsrtp as pylibsrtp has it, and against a real socket."""

import socket

import pylibsrtp
import pytest

from bots.media import build_bye, build_rtp
from bots.media.srtp import LONGEST, Outlet

KEYS = bytes(range(44))


def session(kind: int) -> pylibsrtp.Session:
    return pylibsrtp.Session(
        pylibsrtp.Policy(key=KEYS, ssrc_type=kind, srtp_profile=pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM)
    )


def outlet_into(sent: list[bytes]) -> Outlet:
    outgoing = session(pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
    return Outlet(outgoing, lambda data, _address: sent.append(bytes(data)), None)


def rtp(sequence: int, payload: bytes = b"opus") -> bytes:
    return build_rtp(payload_type=111, sequence=sequence, timestamp=960 * sequence, ssrc=7, payload=payload)


def test_what_leaves_is_what_pylibsrtp_makes_and_reads() -> None:
    sent: list[bytes] = []
    outlet, other = outlet_into(sent), session(pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
    receiving = session(pylibsrtp.Policy.SSRC_ANY_INBOUND)
    packets = [rtp(number, bytes(number)) for number in range(1, 200)]
    assert all(outlet.send_rtp(packet) for packet in packets)
    assert [other.protect(packet) for packet in packets] == sent
    assert packets == [receiving.unprotect(data) for data in sent]


def test_rtcp_is_protected_as_rtcp() -> None:
    sent: list[bytes] = []
    assert outlet_into(sent).send_rtcp(build_bye(7))
    assert build_bye(7) == session(pylibsrtp.Policy.SSRC_ANY_INBOUND).unprotect_rtcp(sent[0])


def test_two_connections_share_the_buffer_and_not_the_packets() -> None:
    first: list[bytes] = []
    second: list[bytes] = []
    one, other = outlet_into(first), outlet_into(second)
    one.send_rtp(rtp(1, b"a" * 100))
    other.send_rtp(rtp(1, b"b"))
    one.send_rtp(rtp(2, b"c"))
    receiving = session(pylibsrtp.Policy.SSRC_ANY_INBOUND)
    assert [rtp(1, b"a" * 100), rtp(2, b"c")] == [receiving.unprotect(data) for data in first]
    assert rtp(1, b"b") == session(pylibsrtp.Policy.SSRC_ANY_INBOUND).unprotect(second[0])


@pytest.mark.parametrize("packet", [b"", b"\x80", bytes(LONGEST + 1), bytes(100_000)])
def test_what_cannot_be_protected_is_not_sent(packet: bytes) -> None:
    sent: list[bytes] = []
    assert not outlet_into(sent).send_rtp(packet)
    assert [] == sent


def test_the_longest_packet_fits() -> None:
    sent: list[bytes] = []
    packet = rtp(1, bytes(LONGEST - 12))
    assert outlet_into(sent).send_rtp(packet)
    assert packet == session(pylibsrtp.Policy.SSRC_ANY_INBOUND).unprotect(sent[0])


def test_a_socket_that_takes_no_more_loses_the_packet() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        outlet = Outlet(session(pylibsrtp.Policy.SSRC_ANY_OUTBOUND), sender.sendto, ("127.0.0.1", 9))
        sender.close()
        assert not outlet.send_rtp(rtp(1))
