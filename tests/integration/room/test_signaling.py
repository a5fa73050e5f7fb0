"""The shell around one connection, against a scripted server on a real socket."""

import asyncio
import contextlib
import itertools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bots.clock import SystemClock
from bots.errors import ConfigError, JoinRefused, RequestRefused, RoomClosed
from bots.room.signaling import LOST, UNREACHABLE, Signaling
from bots.wire import Ack, GetMaxTalkers, HardMuted, MuteOwnAudio, Notice, PresentToken, RoomMuted
from tests.fakes.scripted_server import ScriptedServer

SECRET = "tokenId-do-not-show"


class Listener:
    """What a session hears of its connection."""

    def __init__(self) -> None:
        self.notices: asyncio.Queue[Notice] = asyncio.Queue()
        self.closed: asyncio.Future[RoomClosed] = asyncio.get_running_loop().create_future()


@asynccontextmanager
async def connection(server: ScriptedServer) -> AsyncIterator[tuple[Signaling, Listener]]:
    listener = Listener()
    signaling = await open_one(server.url, listener)
    try:
        yield signaling, listener
    finally:
        await signaling.close()
        assert [] == [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("bot/")]


def quick_server() -> ScriptedServer:
    """A server that promises a ping every 0.1 s."""
    return ScriptedServer(ping_interval_s=0.1, ping_timeout_s=0.1)


async def open_one(url: str, listener: Listener | None = None, *, timeout_s: float = 5.0) -> Signaling:
    listener = listener or Listener()
    return await Signaling.open(
        url,
        room_id="r-1",
        name="bot",
        clock=SystemClock(),
        numbers=itertools.count(),
        on_notice=listener.notices.put_nowait,
        on_closed=listener.closed.set_result,
        timeout_s=timeout_s,
    )


async def test_a_request_gets_its_answer_and_its_arguments_arrive() -> None:
    async with ScriptedServer(answer=lambda event: ("success", {"result": 0, "clientId": "c-1"})) as server:
        async with connection(server) as (signaling, _):
            answer = await signaling.request(PresentToken(fields={"tokenId": "t"}))
            assert "c-1" == answer.get("clientId")
        assert [("token", ({"tokenId": "t"},))] == [(event.name, event.arguments) for event in server.events]


async def test_requests_leave_in_the_order_in_which_they_were_posted() -> None:
    async with ScriptedServer() as server, connection(server) as (signaling, _):
        posted = [signaling.post(GetMaxTalkers()), signaling.post(MuteOwnAudio()), signaling.post(GetMaxTalkers())]
        await asyncio.wait_for(asyncio.gather(*posted), 5)
        expected = ["getMaxNumberOfTalker", "user-audio-muted", "getMaxNumberOfTalker"]
        assert expected == [event.name for event in server.events]


async def test_a_request_without_an_answer_ends_in_time() -> None:
    async with ScriptedServer(answer=lambda event: None) as server, connection(server) as (signaling, _):
        with pytest.raises(RequestRefused, match=r"did not answer in 0\.05 s"):
            await signaling.request(GetMaxTalkers(), timeout_s=0.05)


async def test_notices_arrive_typed_and_those_that_ask_are_acked() -> None:
    async with ScriptedServer() as server, connection(server) as (_, listener):
        number = await server.emit("hardmute-user-audio", {"moderatorId": "c-9"}, ack=True)
        await server.emit("room-muted", {})
        assert HardMuted(moderator_id="c-9") == await asyncio.wait_for(listener.notices.get(), 5)
        assert RoomMuted() == await asyncio.wait_for(listener.notices.get(), 5)
        await server.ping()
        for _ in range(100):
            if server.acks:
                break
            await asyncio.sleep(0.01)
        assert [Ack(number or 0, ({"result": 0, "msg": "success"},))] == server.acks


async def test_an_unreadable_message_does_not_end_the_connection() -> None:
    async with ScriptedServer() as server, connection(server) as (signaling, listener):
        await server.emit("user-connected", ["no", "object"])
        await server.emit("room-muted", {})
        assert RoomMuted() == await asyncio.wait_for(listener.notices.get(), 5)
        assert not signaling.is_closed


async def test_a_server_that_stops_pinging_is_lost() -> None:
    async with quick_server() as server, connection(server) as (signaling, listener):
        waiting = asyncio.create_task(signaling.request(GetMaxTalkers()))
        closed = await asyncio.wait_for(listener.closed, 5)
        assert (LOST, "the room server went silent") == (closed.cause, closed.reason)
        assert closed.retryable
        await waiting
        assert 1163 == (await signaling.request(GetMaxTalkers())).result


async def test_pings_keep_the_connection() -> None:
    async with quick_server() as server, connection(server) as (_, listener):
        for _ in range(6):
            await asyncio.sleep(0.06)
            await server.ping()
        assert not listener.closed.done()


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ("42[", "broke the protocol"),
        ("x", "broke the protocol"),
        (b"\xff\x00", "broke the protocol"),
        ("1", "ended the conversation"),
        ("41", "ended the conversation"),
    ],
)
async def test_a_broken_or_ended_conversation_is_told_once(frame: str | bytes, words: str) -> None:
    async with ScriptedServer() as server, connection(server) as (signaling, listener):
        await server.send_raw(frame)
        assert words in (await asyncio.wait_for(listener.closed, 5)).reason
        assert signaling.is_closed


async def test_a_cut_connection_answers_everything_that_waits() -> None:
    async with ScriptedServer(answer=lambda event: None) as server, connection(server) as (signaling, listener):
        waiting = asyncio.create_task(signaling.request(GetMaxTalkers()))
        await asyncio.sleep(0.05)
        await server.cut()
        assert 1163 == (await asyncio.wait_for(waiting, 5)).result
        assert "broke" in (await listener.closed).reason


async def test_closing_says_goodbye_and_is_not_told_as_a_loss() -> None:
    async with ScriptedServer() as server, connection(server) as (signaling, listener):
        await signaling.close()
        await signaling.close()
        await asyncio.wait_for(server.ended.wait(), 5)
        assert not listener.closed.done()


async def refuse(server: ScriptedServer) -> None:
    await server.send_raw('44{"message":"not you"}')


async def be_old(server: ScriptedServer) -> None:
    await server.send_raw("40")


async def test_a_dead_port_is_a_refused_join_that_says_where() -> None:
    async with ScriptedServer() as server:
        url = server.url
    with pytest.raises(JoinRefused, match=r"no room server answers at 127\.0\.0\.1:\d+ .*check that it runs") as caught:
        await open_one(url)
    assert UNREACHABLE == caught.value.result
    assert caught.value.retryable


async def test_a_server_that_never_greets_is_given_up_in_time() -> None:
    async with ScriptedServer(greets=False) as server:
        with pytest.raises(JoinRefused, match="did not greet in time"):
            await open_one(server.url, timeout_s=0.2)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answers HTTP 404"),
        (b"SSH-2.0-OpenSSH\r\n", "is no room server"),
        (b"", "no room server answers"),
    ],
)
async def test_something_else_on_the_port_is_no_room_server(reply: bytes, words: str) -> None:
    ended = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(reply)
        if not reply:
            await reader.read()  # says nothing until the client gives up
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        ended.set()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(JoinRefused, match=words):
            await open_one(f"ws://127.0.0.1:{port}/v3/socket.io/", timeout_s=0.3)
        await asyncio.wait_for(ended.wait(), 5)


@pytest.mark.parametrize("script", [refuse, be_old])
async def test_a_server_that_refuses_the_namespace_is_named(
    script: Callable[[ScriptedServer], Awaitable[None]],
) -> None:
    class Refusing(ScriptedServer):
        async def _flush(self) -> None:
            if self._machine.is_connected:
                self._machine.take_outgoing()
            await super()._flush()

    async with Refusing(script=script, is_hasty=True) as server:
        with pytest.raises(JoinRefused, match="no room server speaks"):
            await open_one(server.url)


async def test_an_untrusted_certificate_is_refused(tmp_path: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(self_signed(tmp_path))
    async with ScriptedServer(tls=tls) as server:
        with pytest.raises(ConfigError, match=r"certificate .* is not trusted .* SSL_CERT_FILE"):
            await open_one(server.url)


async def test_a_broken_conversation_shows_no_token() -> None:
    async with ScriptedServer() as server, connection(server) as (_, listener):
        await server.send_raw('43["success",{"token":"' + SECRET)
        assert SECRET not in str(await asyncio.wait_for(listener.closed, 5))


def self_signed(folder: Path) -> Path:
    """A file with a certificate for 127.0.0.1 that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "self-signed.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path
