"""Tokens, without a network."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from bots.errors import ConfigError
from bots.room import decode_token, socket_url

FIELDS = {"host": "rooms.example:8443", "secure": True, "name": "Asha ñ?>", "tokenId": "t-1"}


def encode(fields: object) -> str:
    return base64.b64encode(json.dumps(fields).encode()).decode()


@pytest.mark.parametrize(
    "change",
    [str, lambda t: t.rstrip("="), lambda t: t.replace("+", "-").replace("/", "_"), lambda t: f"{t[:9]}\n{t[9:]}\n"],
)
def test_a_token_is_base64_of_json_in_either_alphabet_also_in_lines(change: Callable[[str], str]) -> None:
    assert FIELDS == decode_token(change(encode(FIELDS)))


@pytest.mark.parametrize("text", ["", "not base64!", "a.b.c", encode([1]), encode({}), encode({"host": ""}), "AAAA"])
def test_what_is_no_token_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        decode_token(text)
    assert not text or text not in str(caught.value)
    assert "fetch a new one" in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"host": "h.example"}, "ws://h.example/v3/socket.io/?EIO=4&transport=websocket"),
        ({"host": "h.example:1", "secure": True}, "wss://h.example:1/v3/socket.io/?EIO=4&transport=websocket"),
        ({"host": "h.example", "secure": "yes"}, "ws://h.example/v3/socket.io/?EIO=4&transport=websocket"),
        (
            {"host": "h.example:1", "gateway": "g.example", "secure": True},
            "wss://g.example/v3/socket.io/?X-Forwarded-Host=h.example%3A1&EIO=4&transport=websocket",
        ),
    ],
)
def test_the_address_follows_from_host_gateway_and_secure(fields: dict[str, Any], url: str) -> None:
    assert url == socket_url(fields)


@pytest.mark.parametrize("host", ["h/../../x", "user:pw@h", "h:port", "h?x", "h#x", ""])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(ConfigError):
        socket_url({"host": host})
