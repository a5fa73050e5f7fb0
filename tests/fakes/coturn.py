"""Debian's coturn as a child process: a STUN and TURN server on loopback, over UDP, TCP and TLS."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.front import certificates

__all__ = ["Coturn", "coturn"]

HOST = "127.0.0.1"
NAME = "localhost"


@dataclass(frozen=True, slots=True)
class Coturn:
    """Where it is, and how to be let in."""

    port: int
    tls_port: int
    authority: Path
    username: str = "ana"
    password: str = "secret"

    def server(self, url: str) -> dict[str, str]:
        """An entry of `iceServers`."""
        return {"urls": url, "username": self.username, "credential": self.password}


@asynccontextmanager
async def coturn(folder: Path) -> AsyncIterator[Coturn]:
    """A running server; `make test` installs it."""
    program = shutil.which("turnserver")
    assert program is not None, "coturn is not installed; `make test` does it, or apt-get install coturn"
    authority, server = certificates(folder, NAME)
    self = Coturn(_free_port(), _free_port(), authority)
    process = await asyncio.create_subprocess_exec(
        program, "-n", "--listening-ip", HOST, "--relay-ip", HOST, "--allow-loopback-peers", "--lt-cred-mech",
        "--user", f"{self.username}:{self.password}", "--realm", "test", "--listening-port", str(self.port),
        "--tls-listening-port", str(self.tls_port), "--cert", str(server), "--pkey", str(server), "--no-cli",
        "--no-dtls", "--pidfile", str(folder / "turn.pid"), "--log-file", str(folder / "turn.log"), "--simple-log",
        "--userdb", str(folder / "turn.db"), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await _wait_for(self.tls_port, process)
        yield self
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


async def _wait_for(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(20):
        while True:
            assert process.returncode is None, "coturn has ended"
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(HOST, port)
                writer.close()
                return
            await asyncio.sleep(0.05)
