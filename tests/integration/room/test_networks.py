"""Ways to a room server through what stands before it: TLS with a private authority, proxies, IPv6."""

import base64
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from bench.reconnect.proxy import FaultProxy
from bots.cli.exits import Exit, exit_of
from bots.clock import SystemClock
from bots.errors import ApiError, BotsError, ConfigError, JoinRefused
from bots.media import Pacer
from bots.room import Room, ServerApi
from bots.server import RoomServer
from tests.fakes.front import Proxy, certificates, front, proxy
from tests.integration.room.conftest import House

NAME = "rooms.test"  # no machine has this name: only the proxy knows the way


class Outside:
    """A room server as it is seen from outside, under `NAME`, with TLS."""

    def __init__(self, house: House, port: int, authority: Path, proxy: Proxy) -> None:
        self.house = house
        self.proxy = proxy
        self.authority = authority
        self.where = f"{NAME}:{port}"
        self.api_url = f"https://{self.where}{house.server.api_url.split(house.server.address)[1]}"

    async def fetch(self) -> str:
        """A token through TLS and the proxy, good for the same way."""
        async with ServerApi(
            self.api_url, self.house.server.app_id, self.house.server.app_key, rng=Random(1), timeout_s=5
        ) as api:  # fmt: skip
            text = await api.fetch_token(self.house.room_id, name="Ravi", role="participant", user_ref="r")
        return self.token(text)

    def token(self, text: str) -> str:
        outside = {**json.loads(base64.b64decode(text)), "host": self.where, "secure": True}
        return base64.b64encode(json.dumps(outside).encode()).decode()

    async def join(self, token: str) -> Room:
        clock = SystemClock()
        return await Room.join(token, clock=clock, pacer=Pacer(clock), publish=False, timeout_s=5)


@pytest.fixture
async def outside(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Outside]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SOCKS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    authority, server = certificates(tmp_path, NAME)
    async with front(server, house.server.address) as port, proxy() as way:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{way.port}")
        yield Outside(house, port, authority, way)


async def refusal(outside: Outside, *, of_api: bool) -> BotsError:
    """What a user is told who fetches a token, or who joins with one."""
    doing = outside.fetch() if of_api else outside.join(outside.token(await outside.house.token("Ravi")))
    with pytest.raises(BotsError) as caught:
        await doing
    return caught.value


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
async def test_api_and_signalling_go_through_the_proxy_and_check_the_certificate(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv("ALL_PROXY" if scheme != "http" else "HTTPS_PROXY", f"{scheme}://127.0.0.1:{outside.proxy.port}")
    room = await outside.join(await outside.fetch())
    assert room.is_connected
    await room.leave()
    assert [outside.where] * 2 == outside.proxy.asked


async def test_a_proxy_may_be_spoken_to_over_tls(
    outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "proxy"
    folder.mkdir()
    authority, certificate = certificates(folder, "localhost")
    both = tmp_path / "both.pem"
    both.write_bytes(authority.read_bytes() + outside.authority.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(both))
    async with front(certificate, f"127.0.0.1:{outside.proxy.port}") as port:
        monkeypatch.setenv("HTTPS_PROXY", f"https://localhost:{port}")
        room = await outside.join(await outside.fetch())
        assert room.is_connected
        await room.leave()
        assert [outside.where] * 2 == outside.proxy.asked
        monkeypatch.setenv("SSL_CERT_FILE", str(outside.authority))  # which has not signed for the proxy
        for of_api in (True, False):
            error = await refusal(outside, of_api=of_api)
            assert isinstance(error, ConfigError)
            assert "SSL_CERT_FILE" in str(error)


async def test_a_gateway_is_gone_by_and_told_the_host(house: House) -> None:
    async with FaultProxy(house.server.address) as gateway:
        fields = json.loads(base64.b64decode(await house.token("Ravi")))
        behind = {**fields, "host": "inside.test:1", "gateway": gateway.address}
        clock = SystemClock()
        room = await Room.join(
            base64.b64encode(json.dumps(behind).encode()).decode(), clock=clock, pacer=Pacer(clock), listen=True
        )
        assert room.is_connected
        [link] = gateway.links_of("Ravi")
        assert link.client.request is not None
        assert "X-Forwarded-Host=inside.test%3A1" in link.client.request.path
        await room.leave()


@pytest.mark.parametrize("of_api", [True, False])
async def test_a_certificate_of_an_unknown_authority_is_told_with_what_to_do(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, of_api: bool
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    error = await refusal(outside, of_api=of_api)
    assert "SSL_CERT_FILE" in str(error)
    assert outside.where in str(error)
    assert Exit.CONFIG == exit_of(error)


async def test_a_certificate_for_another_name_is_not_taken(
    outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, server = certificates(tmp_path, "elsewhere.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    async with front(server, outside.house.server.address) as port:
        outside.where = f"{NAME}:{port}"
        assert "not valid for" in str(await refusal(outside, of_api=False))


@pytest.mark.parametrize("of_api", [True, False])
@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [("407 Proxy Authentication Required", ConfigError, "407"), ("403 Forbidden", ApiError, "403")],
)
async def test_a_proxy_that_refuses_is_told_with_what_to_do(
    outside: Outside, answer: str, kind: type[BotsError], words: str, of_api: bool
) -> None:
    outside.proxy.refuses = answer
    error = await refusal(outside, of_api=of_api)
    assert isinstance(error, kind if of_api or kind is ConfigError else JoinRefused)
    assert words in str(error)
    assert "proxy" in str(error)
    assert (Exit.CONFIG if kind is ConfigError else Exit.JOIN) == exit_of(error)


async def test_a_proxy_takes_its_credentials_from_its_address(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside.proxy.credentials = "ana:secret"
    monkeypatch.setenv("HTTPS_PROXY", f"http://ana:secret@127.0.0.1:{outside.proxy.port}")
    room = await outside.join(await outside.fetch())
    await room.leave()
    monkeypatch.setenv("HTTPS_PROXY", f"http://ana:wrong@127.0.0.1:{outside.proxy.port}")
    error = await refusal(outside, of_api=False)
    assert isinstance(error, ConfigError)
    assert "wrong" not in str(error)


@pytest.mark.parametrize("of_api", [True, False])
async def test_a_proxy_that_is_none_is_told(outside: Outside, monkeypatch: pytest.MonkeyPatch, of_api: bool) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://ana:secret@127.0.0.1:70")
    error = await refusal(outside, of_api=of_api)
    assert isinstance(error, ConfigError)
    assert "HTTPS_PROXY" in str(error)
    assert "secret" not in str(error)


async def test_a_file_of_authorities_that_is_none_is_told(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for content in (None, "no certificate"):
        path = tmp_path / f"{content}.pem"
        if content is not None:
            path.write_text(content)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        error = await refusal(outside, of_api=True)
        assert isinstance(error, ConfigError)
        assert str(path) in str(error)


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
async def test_a_server_on_ipv6_is_reached_for_everything() -> None:
    clock = SystemClock()
    async with RoomServer("::1") as server, ServerApi(server.api_url, server.app_id, server.app_key) as api:
        room_id = await api.create_room({"name": "9B", "owner_ref": "t", "settings": {}})
        token = await api.fetch_token(room_id, name="Ravi", role="participant", user_ref="r")
        room = await Room.join(token, clock=clock, pacer=Pacer(clock), listen=True)
        assert room.is_connected
        await room.leave()
