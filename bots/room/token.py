"""Tokens: decoded, turned into the address of a room server.

Source: server-api.md section 6; signalling.md sections 1 and 2.
"""

import base64
import binascii
import ipaddress
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from bots.errors import ConfigError

__all__ = ["address_parts", "decode_token", "is_loopback", "socket_url"]

_PATH = "/v3/socket.io/"


def decode_token(text: str) -> dict[str, Any]:
    """The object inside a token: base64 of JSON, in either base64 alphabet.

    Raises:
        ConfigError: it is no token; the message never repeats it.
    """
    try:
        plain = "".join(text.split()).replace("-", "+").replace("_", "/")  # base64 may be folded into lines
        fields = json.loads(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise ConfigError("the token cannot be read; fetch a new one from the Server API") from None
    if not isinstance(fields, dict) or not isinstance(fields.get("host"), str) or not fields["host"]:
        raise ConfigError("the token names no room server; fetch a new one from the Server API")
    return fields


def socket_url(fields: Mapping[str, Any]) -> str:
    """The websocket address that a decoded token means; with a gateway, the host travels in the query.

    Raises:
        ConfigError: host or gateway are no host names.
    """
    host, gateway = str(fields["host"]), str(fields.get("gateway") or "")
    query = {"EIO": "4", "transport": "websocket"}
    if gateway:
        query = {"X-Forwarded-Host": host, **query}
    scheme = "wss" if fields.get("secure") is True else "ws"
    url = f"{scheme}://{gateway or host}{_PATH}?{urlencode(query)}"
    parts = address_parts(url)
    if parts.netloc != (gateway or host) or parts.username is not None:
        raise ConfigError(f"the token names {gateway or host!r}, which is no host; fetch a new one")
    return url


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine, so that no proxy may stand between."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def address_parts(url: str) -> Any:
    """An address taken apart, as `urlsplit` does.

    Raises:
        ConfigError: it is none.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ConfigError(f"{url.split('?', maxsplit=1)[0]!r} is no address") from None
    if not parts.hostname:
        raise ConfigError(f"{url.split('?', maxsplit=1)[0]!r} names no host")
    return parts
