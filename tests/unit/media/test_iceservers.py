"""What a room's `iceServers` mean."""

from typing import Any

import pytest

from bots.media.iceservers import MOST_RELAYS, Relay, read_ice_servers


def relay(host: str, port: int, transport: str = "udp", *, is_tls: bool = False) -> Relay:
    return Relay(host, port, transport, is_tls, "ana", "secret")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("turn:relay.test", relay("relay.test", 3478)),
        ("TURN:relay.test:443?transport=TCP", relay("relay.test", 443, "tcp")),
        ("turns:relay.test", relay("relay.test", 5349, "tcp", is_tls=True)),
        ("turn:[2001:db8::1]:80", relay("2001:db8::1", 80)),
    ],
)
def test_an_address_of_a_relay(url: str, expected: Relay) -> None:
    assert (expected,) == read_ice_servers([{"urls": url, "username": "ana", "credential": "secret"}]).relays


def test_udp_is_tried_before_tcp_before_tls_and_each_once() -> None:
    urls = ["turns:r:443", "turn:r:443?transport=tcp", "turn:r", "turn:r?transport=udp", "stun:r:1", "stun:other"]
    found = read_ice_servers([{"urls": urls}])
    assert [("udp", False), ("tcp", False), ("tcp", True)] == [(one.transport, one.is_tls) for one in found.relays]
    assert ("r", 1) == found.stun
    assert MOST_RELAYS == len(read_ice_servers([{"urls": [f"turn:r{n}" for n in range(9)]}]).relays)


@pytest.mark.parametrize(
    "entry",
    [
        {}, {"urls": 7}, {"urls": ""}, {"urls": "http://relay.test"}, {"urls": "turn:relay.test:0"},
        {"urls": "turn:[::1"}, {"urls": "turn:a b"}, {"urls": "turns:relay.test?transport=udp"},
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_and_no_failure(entry: dict[str, Any]) -> None:
    found = read_ice_servers([entry, {"urls": ["turn:relay.test"]}])
    assert (1, 1) == (len(found.unread), len(found.relays))
