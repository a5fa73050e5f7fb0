"""The proxy before a room server, from the environment: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, but not for NO_PROXY.

httpx reads the same variables for the Server API. A server on this machine is never asked for through a proxy.
"""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from websockets.proxy import get_proxy
from websockets.uri import parse_uri

from bots.room.token import is_loopback

__all__ = ["PROXY_HINT", "proxy_for", "shown"]

PROXY_HINT = "set HTTPS_PROXY to http://user:password@host:port or socks5h://host:port, or unset it"


def proxy_for(url: str) -> str | None:
    """The proxy through which this websocket address is reached; None if it is reached directly."""
    uri = parse_uri(url)
    if is_loopback(uri.host) or proxy_bypass(f"{uri.host}:{uri.port}"):
        return None
    return get_proxy(uri) or getproxies().get("all")


def shown(proxy: str) -> str:
    """A proxy's address without its credentials."""
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
