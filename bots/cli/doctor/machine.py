"""What `bots doctor` looks at on this machine, at the Server API, and for a playbook. No browser is needed, so none is
looked for."""

import asyncio
import os
import platform
import socket
import sys
import zoneinfo
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import av.codec
from av.codec.codec import UnknownCodecError

from bots.bot import Provider
from bots.cli.exits import Exit, exit_of
from bots.cli.journal import store_url
from bots.cli.run import refuse_errors
from bots.clock import SystemClock
from bots.errors import BotsError, ConfigError
from bots.journal import Journal
from bots.media import load_clip
from bots.playbook import Playbook, load, misfits
from bots.room import ServerApi
from bots.server import RoomServer

__all__ = ["Check", "examine_machine"]

OLDEST_PYTHON = (3, 11)
CODECS = (("libopus", "w"), ("opus", "r"), ("vorbis", "r"), ("mp3", "r"), ("aac", "r"), ("flac", "r"))
SOUND = Path(__file__).parents[1] / "templates" / "audio" / "bell.ogg"
MOST_SKEW_S = 60.0  # tokens are good for 15 minutes, webhooks and lessons go by the clock
LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `words` say what was seen, and what to do where it is not well."""

    about: str
    is_well: bool
    words: str
    exit_code: Exit = Exit.CONFIG


async def examine_machine(provider: Provider | None, playbook: str) -> list[Check]:
    """Look at everything once; what fails does not keep the rest from being looked at.

    Args:
        provider: of the environment; None looks at the embedded room server.
        playbook: a file; empty for none.
    """
    looks: list[tuple[str, Callable[[], Awaitable[str]]]] = [
        ("python", _python), ("event loop", _loop), ("time zones", _zones), ("codecs", _codecs), ("udp", _udp),
        ("journal", _journal),
    ]  # fmt: skip
    checks = [await _checked(about, look) for about, look in looks]
    if not playbook:
        return [*checks, *await _examine_server(provider, None)]
    read: list[Playbook] = []

    async def reads() -> str:
        refuse_errors(playbook, {}, environment=os.environ)
        read.append(load(playbook, environment=os.environ))
        return f"{playbook} has no errors"

    checks.append(await _checked("playbook", reads))
    return [*checks, *await _examine_server(provider, read[0] if read else None)]


async def _checked(about: str, look: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(about, True, await look())
    except BotsError as error:
        return Check(about, False, str(error), exit_of(error))


async def _python() -> str:
    if sys.version_info < OLDEST_PYTHON:
        raise ConfigError(f"this is Python {platform.python_version()}; bots needs 3.11 or newer")
    return platform.python_version()


async def _loop() -> str:
    return type(asyncio.get_running_loop()).__module__.partition(".")[0]


async def _zones() -> str:
    try:
        zoneinfo.ZoneInfo("Europe/Madrid")
    except zoneinfo.ZoneInfoNotFoundError:
        raise ConfigError("there are no time zones; install tzdata") from None
    return f"{len(zoneinfo.available_timezones())} zones"


async def _codecs() -> str:
    missing = []
    for name, mode in CODECS:
        try:
            av.codec.Codec(name, "w" if mode == "w" else "r")
        except UnknownCodecError:
            missing.append(name)
    if missing:
        raise ConfigError(f"av cannot do {', '.join(missing)}; install the wheel of av from PyPI, which has them")
    clip = await load_clip(SOUND)
    return f"{', '.join(name for name, _ in CODECS)}; a sound of {clip.duration_s:.1f} s was encoded"


async def _udp() -> str:
    """A packet from one socket of this machine to another, as media goes to the embedded room server."""
    try:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there,
        ):
            there.bind(("127.0.0.1", 0))
            there.setblocking(False)
            here.sendto(b"bots", there.getsockname())
            await asyncio.wait_for(asyncio.get_running_loop().sock_recv(there, 16), LIMIT_S)
    except OSError as error:  # a timeout is one too
        why = error.strerror or "nothing came"
        raise ConfigError(f"no UDP packet goes over loopback ({why}); look at the firewall") from None
    return "a packet goes over loopback"


async def _journal() -> str:
    url = store_url("")
    if url is None:
        raise ConfigError("there is no home folder, so nothing is kept; set HOME or XDG_STATE_HOME, or use --store")
    path = Path(url.removeprefix("sqlite:///"))
    async with Journal(url, SystemClock()):
        if not os.access(path, os.W_OK):
            raise ConfigError(f"{path} cannot be written; change its owner, or use --store")
    return f"{path} can be written"


async def _examine_server(provider: Provider | None, playbook: Playbook | None) -> list[Check]:
    if provider is None:
        return [await _checked("room server", _embedded)]
    async with ServerApi(provider.api_url, provider.app_id, provider.app_key) as api:

        async def credentials() -> str:
            return f"{api.base_url} takes them; {len(await api.list_rooms())} rooms"

        async def clock() -> str:
            if api.skew_s is None:
                return "the Server API does not tell its time"
            if abs(api.skew_s) > MOST_SKEW_S:
                raise ConfigError(f"this clock is {api.skew_s:+.0f} s off the Server API's; set it (NTP)")
            return f"within {max(1.0, abs(api.skew_s)):.0f} s of the Server API's"

        async def room() -> str:
            assert playbook is not None, "asked with one only"
            return await _fits(api, playbook)

        checks = [await _checked("credentials", credentials)]
        if checks[0].is_well:
            checks.append(await _checked("clock", clock))
            if playbook is not None and playbook.room.id is not None:
                checks.append(await _checked("room", room))
        return checks


async def _embedded() -> str:
    async with RoomServer() as server, ServerApi(server.api_url, server.app_id, server.app_key) as api:
        await api.list_rooms()
    return "BOTS_API_URL is not set: sessions use the embedded one, which starts and answers here"


async def _fits(api: ServerApi, playbook: Playbook) -> str:
    assert playbook.room.id is not None, "asked for such a playbook only"
    record = await api.get_room(playbook.room.id)
    settings = record.settings
    found = misfits(
        playbook, mode=str(settings.get("mode") or "group"),
        max_active_talkers=_count(settings.get("max_active_talkers")) or 6,
        moderators=_count(settings.get("moderators")), participants=_count(settings.get("participants")),
    )  # fmt: skip
    if found:
        raise ConfigError(f"the room does not hold the playbook: {'; '.join(found)}")
    return "the room holds the playbook"


def _count(value: object) -> int | None:
    """A number, also where the Server API tells it as text."""
    text = str(value)
    return int(text) if text.isdigit() else None
