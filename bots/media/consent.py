"""Is what is sent still wanted (RFC 7675)? The checks that go both ways every five seconds, for as long as media flows.

aioice reads and builds each of them attribute by attribute, as it must while a connection is made. Afterwards they
are the same bytes but for the number of the transaction and what is computed over it, so that is all that is done
here: with hundreds of bots it was a quarter of what they cost (docs/performance.md). Pure.

Source: RFC 8489 (STUN: header, MESSAGE-INTEGRITY, FINGERPRINT, XOR-MAPPED-ADDRESS), RFC 8445 section 7.3.
"""

import hmac
import secrets
from binascii import crc32
from ipaddress import IPv4Address
from struct import error, pack

from aioice import stun

__all__ = ["Answers", "Asking"]

_REQUEST, _RESPONSE = b"\x00\x01", b"\x01\x01"
_COOKIE = pack("!I", stun.COOKIE)
_HEADER, _ID = stun.HEADER_LENGTH, slice(8, 20)
_INTEGRITY, _FINGERPRINT = b"\x00\x08\x00\x14", b"\x80\x28\x00\x04"
_SEAL = stun.INTEGRITY_LENGTH + stun.FINGERPRINT_LENGTH  # bytes of both with what they hold; they are the last


class Answers:
    """Answers the checks of one peer that are like one that aioice has found right.

    Args:
        key: of the answers and of what is asked, the local password.
        address: of the peer, IPv4; it is told where it was seen.
    """

    __slots__ = ("_attributes", "_key", "_mapped", "_size")

    def __init__(self, request: bytes, key: bytes, address: tuple[str, int]) -> None:
        self._size = len(request)
        self._attributes = request[_HEADER:-_SEAL]
        self._key = key
        host, port = IPv4Address(address[0]), address[1]
        self._mapped = pack("!HHBBHI", 0x0020, 8, 0, 1, port ^ (stun.COOKIE >> 16), int(host) ^ stun.COOKIE)

    @classmethod
    def to(cls, request: bytes, key: bytes, address: tuple[str, int], *, is_controlling: bool) -> "Answers | None":
        """For a check that came from the nominated peer; None if it is not one that can be answered from memory."""
        is_plain = request[:2] == _REQUEST and ":" not in address[0] and is_sealed(request, key)
        message = _read(request) if is_plain else None
        role = "ICE-CONTROLLED" if is_controlling else "ICE-CONTROLLING"
        if message is None or not {"USERNAME", role} <= message.attributes.keys():
            return None
        return cls(request, key, address)

    def answer(self, request: bytes) -> bytes | None:
        """What to send back; None if this is another request, which aioice is to read."""
        is_alike = len(request) == self._size and request[_HEADER:-_SEAL] == self._attributes
        if not is_alike or request[:2] != _REQUEST or not is_sealed(request, self._key):
            return None
        return sealed(_RESPONSE, request[_ID], self._mapped, self._key)


class Asking:
    """Asks one peer.

    Args:
        request: as aioice builds it, without a seal.
        key: of what is asked and of the answers, the remote password.
    """

    __slots__ = ("_attributes", "_id", "_key")

    def __init__(self, request: stun.Message, key: bytes) -> None:
        self._attributes = bytes(request)[_HEADER:]
        self._key = key
        self._id = b""

    def ask(self) -> bytes:
        """What to send; an answer to what was asked before is not waited for any more."""
        self._id = secrets.token_bytes(12)
        return sealed(_REQUEST, self._id, self._attributes, self._key)

    def is_answer(self, data: bytes) -> bool:
        """Is this an answer to what was asked last, by who knows the password?"""
        if data[_ID] != self._id:
            return False
        if data[:2] == _RESPONSE and is_sealed(data, self._key):
            return True
        message = _read(data)  # another order of attributes
        if message is None or message.message_class != stun.Class.RESPONSE:
            return False
        return message.check_message_integrity(self._key)


def sealed(kind: bytes, transaction: bytes, attributes: bytes, key: bytes) -> bytes:
    """A message with MESSAGE-INTEGRITY and FINGERPRINT at its end."""
    rest = _COOKIE + transaction + attributes
    size = len(attributes)
    begun = kind + (size + stun.INTEGRITY_LENGTH).to_bytes(2, "big") + rest
    signed = rest + _INTEGRITY + hmac.digest(key, begun, "sha1")
    whole = kind + (size + _SEAL).to_bytes(2, "big") + signed
    return whole + _FINGERPRINT + (crc32(whole) ^ stun.FINGERPRINT_XOR).to_bytes(4, "big")


def is_sealed(data: bytes, key: bytes) -> bool:
    """Do MESSAGE-INTEGRITY, by this key, and FINGERPRINT end it, and nothing else?"""
    size = len(data) - _HEADER
    if size < _SEAL or data[2:4] != size.to_bytes(2, "big") or data[4:8] != _COOKIE:
        return False
    if data[-_SEAL : 4 - _SEAL] != _INTEGRITY or data[-8:-4] != _FINGERPRINT:
        return False
    if int.from_bytes(data[-4:], "big") != crc32(data[:-8]) ^ stun.FINGERPRINT_XOR:
        return False
    signed = data[:2] + (size - 8).to_bytes(2, "big") + data[4:-_SEAL]
    return hmac.compare_digest(data[4 - _SEAL : -8], hmac.digest(key, signed, "sha1"))


def _read(data: bytes) -> stun.Message | None:
    """As aioice reads it; None if it cannot."""
    try:
        return stun.parse_message(data)
    except (ValueError, IndexError, error):
        return None
