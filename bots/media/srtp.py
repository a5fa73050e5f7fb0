"""The way out of a connection: SRTP in place, then the system call.

A packet is written into one buffer of the process, protected there by libsrtp, and sent from there. pylibsrtp would
copy it into a buffer of its own, make an object for its length and copy the result out again; so this file makes the
call underneath itself, on the session that pylibsrtp has set up. It is one frame of Python a packet, because at
hundreds of bots that is what a packet costs most (docs/performance.md). `tests/integration/media/test_srtp.py` notices
when an inner name that is used here changes.
"""

from collections.abc import Callable
from typing import Any

import pylibsrtp
from pylibsrtp._binding import ffi, lib

__all__ = ["LONGEST", "Outlet"]

LONGEST = 1400  # bytes of one packet before it is protected; it is to fit one Ethernet frame
_TRAILER = 4 + 16 + 128  # SRTCP index, tag and key identifier at their longest
_buffer = memoryview(bytearray(LONGEST + _TRAILER))  # one for all: a packet is sent before the next one is written
_start = ffi.from_buffer(_buffer)
_length = ffi.new("int *")
_protect_rtp: Callable[[Any, Any, Any], int] = lib.srtp_protect
_protect_rtcp: Callable[[Any, Any, Any], int] = lib.srtp_protect_rtcp

SendTo = Callable[[memoryview, Any], object]


class Outlet:
    """Protects what one connection sends, and sends it.

    Args:
        session: with the keys for sending; kept alive by this.
        sendto: takes the datagram, which is overwritten after the call, and the address.
        address: of the other side.
    """

    __slots__ = ("_address", "_context", "_sendto", "_session")

    def __init__(self, session: pylibsrtp.Session, sendto: SendTo, address: Any) -> None:
        self._session = session
        self._context = session._srtp[0]
        self._sendto = sendto
        self._address = address

    def send_rtp(self, packet: bytes, protect: Callable[[Any, Any, Any], int] = _protect_rtp) -> bool:
        """Send one RTP packet now; false if the system takes no more, or libsrtp cannot protect this."""
        size = len(packet)
        if size > LONGEST:
            return False
        _buffer[:size] = packet
        _length[0] = size
        if protect(self._context, _start, _length):
            return False
        try:
            self._sendto(_buffer[: _length[0]], self._address)
        except OSError:  # a full buffer, a closed port or socket: lost, as anywhere on the way; queued it came late
            return False
        return True

    def send_rtcp(self, packet: bytes) -> bool:
        """The same for a compound RTCP packet."""
        return self.send_rtp(packet, _protect_rtcp)
