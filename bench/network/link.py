"""A link between two network namespaces, each with an own TUN device; this process carries the packets between them.

What `tc netem` does in a kernel that has it is done here, so that it can be had wherever a user may make namespaces and
TUN devices. Needs root, `ip` and /dev/net/tun.
"""

import asyncio
import ctypes
import fcntl
import os
import shutil
import struct
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random

from bench.network.weather import CLEAR, Weather

__all__ = ["FAR", "FAR6", "Link", "link", "missing"]

NEAR, FAR = "10.77.0.1", "10.77.0.2"
NEAR6, FAR6 = "fd77::1", "fd77::2"
MTU = 1400
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_CLONE_NEWNET = 0x40000000
_TUN = Path("/dev/net/tun")


def missing() -> str:
    """What this machine does not have or allow of what a link needs; empty if it has everything."""
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    if shutil.which("ip") is None:
        return "there is no `ip` (iproute2)"
    return "" if os.access(_TUN, os.R_OK | os.W_OK) else "there is no /dev/net/tun"


class Link:
    """Make it with `link`.

    Attributes:
        near, far: names of the namespaces; a program runs in one with `command`.
        weather: what happens to packets from now on.
    """

    def __init__(self, name: str, rng: Random, *, only_ipv6: bool = False) -> None:
        self.near, self.far = f"{name}-near", f"{name}-far"
        self.weather: Weather = CLEAR
        self.carried = self.lost = 0
        self._rng = rng
        self._only_ipv6 = only_ipv6
        self._files: list[int] = []

    @staticmethod
    def command(namespace: str, *words: str) -> tuple[str, ...]:
        """The command line that runs a program there."""
        return ("ip", "netns", "exec", namespace, *words)

    async def open(self) -> None:
        for namespace, own, own6, peer, peer6 in (
            (self.near, NEAR, NEAR6, FAR, FAR6), (self.far, FAR, FAR6, NEAR, NEAR6),
        ):  # fmt: skip
            await _ip("netns", "add", namespace)
            self._files.append(await asyncio.to_thread(_tun_in, namespace))
            await _ip("-n", namespace, "link", "set", "lo", "up")
            await _ip("-n", namespace, "link", "set", "link0", "mtu", str(MTU), "up")
            if not self._only_ipv6:
                await _ip("-n", namespace, "address", "add", own, "peer", peer, "dev", "link0")
            await _ip("-n", namespace, "address", "add", own6, "peer", peer6, "dev", "link0", "nodad")
        near, far = self._files
        loop = asyncio.get_running_loop()
        loop.add_reader(near, self._carry, near, far)
        loop.add_reader(far, self._carry, far, near)

    async def close(self) -> None:
        loop = asyncio.get_running_loop()
        files, self._files = self._files, []
        for file in files:
            loop.remove_reader(file)
            os.close(file)
        for namespace in (self.near, self.far):
            with suppress(OSError):
                await _ip("netns", "delete", namespace)

    def _carry(self, source: int, target: int) -> None:
        with suppress(BlockingIOError):
            while True:
                packet = os.read(source, 65536)
                delay_s = self.weather.delay_of_next(self._rng)
                if delay_s is None:
                    self.lost += 1
                    continue
                self.carried += 1
                if delay_s == 0.0:
                    self._deliver(target, packet)
                else:
                    asyncio.get_running_loop().call_later(delay_s, self._deliver, target, packet)

    def _deliver(self, target: int, packet: bytes) -> None:
        if target in self._files and not self.weather.is_cut:  # else it was on the way when the link ended, or was cut
            with suppress(OSError):  # its queue is full, or it is down: lost
                os.write(target, packet)


@asynccontextmanager
async def link(seed: int = 1, *, only_ipv6: bool = False) -> AsyncIterator[Link]:
    """A link that is in order at first; everything is removed afterwards.

    Args:
        seed: of what happens to packets.
        only_ipv6: its ends have no IPv4 addresses.

    Raises:
        OSError: the machine does not allow it; see `missing`.
    """
    self = Link(f"bots-{os.getpid()}-{seed}", Random(seed), only_ipv6=only_ipv6)
    try:
        await self.open()
        yield self
    finally:
        await self.close()


def _tun_in(namespace: str) -> int:
    """Make the TUN device `link0` in a namespace; its file, which any thread may use."""
    made: list[int | OSError] = []

    def make() -> None:  # in a thread of its own: it stays in the namespace until it ends
        try:
            _enter(namespace)
            file = os.open(_TUN, os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(file, _TUNSETIFF, struct.pack("16sH22x", b"link0", _IFF_TUN | _IFF_NO_PI))
            made.append(file)
        except OSError as error:
            made.append(error)

    thread = threading.Thread(target=make, name=f"tun/{namespace}")
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]


def _enter(namespace: str) -> None:
    """From now on this thread is in the namespace (setns(2); Python has it from 3.12 on)."""
    with Path(f"/run/netns/{namespace}").open("rb") as place:
        if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"namespace {namespace} cannot be entered")


async def _ip(*words: str) -> None:
    process = await asyncio.create_subprocess_exec("ip", *words, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    if process.returncode != 0:
        raise OSError(f"ip {' '.join(words)}: {said.decode().strip()}")
