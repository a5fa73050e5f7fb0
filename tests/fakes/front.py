"""What stands between a bot and a room server in the world: a TLS front with its own authority, and a proxy."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["Proxy", "certificates", "front", "proxy"]

HOST = "127.0.0.1"


def certificates(folder: Path, host: str) -> tuple[Path, Path]:
    """An authority, and a server's certificate with its key; both in PEM form."""
    now = datetime.now(UTC)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def signed(
        subject: str, public_key: ec.EllipticCurvePublicKey, *extensions: x509.ExtensionType
    ) -> x509.Certificate:
        builder = x509.CertificateBuilder(
            name("Test authority"), name(subject), public_key, x509.random_serial_number(), now - timedelta(hours=1),
            now + timedelta(days=1),
        )  # fmt: skip
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False
        ).add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(authority_key, hashes.SHA256())

    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    authority = signed("Test authority", authority_key.public_key(), x509.BasicConstraints(True, None), usage)
    server = signed(host, key.public_key(), x509.SubjectAlternativeName([x509.DNSName(host)]))
    pem = serialization.Encoding.PEM
    authority_file, server_file = folder / "authority.pem", folder / "server.pem"
    authority_file.write_bytes(authority.public_bytes(pem))
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    server_file.write_bytes(server.public_bytes(pem) + plain)
    return authority_file, server_file


@asynccontextmanager
async def front(certificate: Path, target: str) -> AsyncIterator[int]:
    """Take TLS, and pass what is in it to `target` (`host:port`); the port where it listens."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    host, _, port = target.rpartition(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _join((reader, writer), await asyncio.open_connection(host, int(port)))

    server = await asyncio.start_server(serve, HOST, 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


class Proxy:
    """An HTTP (CONNECT) and SOCKS5 proxy in one; every name is this machine.

    Attributes:
        asked: `host:port` of each request.
        refuses: an HTTP status with which every CONNECT is answered.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refuses: str = ""
        self.credentials = ""
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(1)
        try:
            where = await (self._socks if first == b"\x05" else self._connect)(reader, writer)
        except asyncio.IncompleteReadError:
            where = None
        if where is None:
            writer.close()
            return
        self.asked.append(where)
        await _join((reader, writer), await asyncio.open_connection(HOST, int(where.rpartition(":")[2])))

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str | None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        wanted = f"Basic {base64.b64encode(self.credentials.encode()).decode()}"
        status = self.refuses or ("" if not self.credentials or wanted in head else "407 Proxy Authentication Required")
        writer.write(f"HTTP/1.1 {status or '200 OK'}\r\n\r\n".encode())
        return None if status else head.split(" ")[1]

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\x05\x00")
        *_, kind = await reader.readexactly(4)
        assert kind == 3, "a name: the proxy resolves it"
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2), "big")
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        return f"{host}:{port}"


@asynccontextmanager
async def proxy() -> AsyncIterator[Proxy]:
    """A running proxy."""
    self = Proxy()
    server = await asyncio.start_server(self.serve, HOST, 0)
    self.port = server.sockets[0].getsockname()[1]
    try:
        yield self
    finally:
        server.close()


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _join(one: Stream, other: Stream) -> None:
    await asyncio.gather(_carry(one[0], other[1]), _carry(other[0], one[1]), return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
