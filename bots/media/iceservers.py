"""Which STUN and TURN servers a room names: WebRTC's `iceServers`, read. Pure.

Source: RFC 7064 and 7065 (addresses), W3C WebRTC 1.0, section 4.2.2 (RTCIceServer).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["IceServers", "Relay", "read_ice_servers"]

MOST_RELAYS = 4  # each is a connection of its own, for every media connection
PORT = 3478
TLS_PORT = 5349
_URL = re.compile(
    r"(stun|turns?):(\[[0-9A-Fa-f:.]+\]|[^\s\[\]:?/@]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Relay:
    """A TURN server, and one way to reach it: UDP, TCP, or TLS over TCP."""

    host: str
    port: int
    transport: str
    is_tls: bool
    username: str | None
    password: str | None


@dataclass(frozen=True, slots=True)
class IceServers:
    """What is used of them: the first STUN server, and a few ways to relays, UDP first.

    Attributes:
        unread: addresses that mean nothing here.
    """

    stun: tuple[str, int] | None = None
    relays: tuple[Relay, ...] = ()
    unread: tuple[str, ...] = ()


def read_ice_servers(servers: Sequence[Mapping[str, Any]]) -> IceServers:
    """Read what a server has sent; what cannot be read is left out, and named."""
    stun: tuple[str, int] | None = None
    relays: list[Relay] = []
    unread: list[str] = []
    for server in servers:
        urls = server.get("urls", server.get("url"))
        for url in [urls] if isinstance(urls, str) else urls if isinstance(urls, list) else [None]:
            found = _URL.fullmatch(url) if isinstance(url, str) else None
            if found is None or int(found[3] or 1) not in range(1, 65536):
                unread.append(str(url))
                continue
            scheme, host = found[1].lower(), found[2].strip("[]")
            if scheme == "stun":
                stun = stun or (host, int(found[3] or PORT))
            elif scheme == "turns" and (found[4] or "tcp").lower() == "udp":
                unread.append(str(url))  # DTLS
            else:
                relays.append(_relay(server, scheme == "turns", host, found[3], found[4]))
    relays.sort(key=lambda one: (one.transport != "udp", one.is_tls))
    return IceServers(stun, tuple(dict.fromkeys(relays))[:MOST_RELAYS], tuple(unread))


def _relay(server: Mapping[str, Any], is_tls: bool, host: str, port: str | None, transport: str | None) -> Relay:
    name, password = server.get("username"), server.get("credential")
    return Relay(
        host,
        int(port or (TLS_PORT if is_tls else PORT)),
        (transport or ("tcp" if is_tls else "udp")).lower(),
        is_tls,
        None if name is None else str(name),
        None if password is None else str(password),
    )
