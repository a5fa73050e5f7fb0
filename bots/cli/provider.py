"""Which provider a session uses: EnableX or another server that the environment names, or the embedded one."""

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from bots.bot import Provider
from bots.errors import ConfigError
from bots.log import hide
from bots.trace import state_folder

__all__ = ["kept_recordings", "opened", "provider_of"]

VARIABLES = ("BOTS_API_URL", "BOTS_APP_ID", "BOTS_APP_KEY")


def provider_of(environment: Mapping[str, str] = os.environ) -> Provider | None:
    """The provider that the environment names; None if it names none, for the embedded room server.

    Raises:
        ConfigError: some of the three variables are set and others not.
    """
    missing = [name for name in VARIABLES if not environment.get(name)]
    if len(missing) == len(VARIABLES):
        return None
    if missing:
        given = [name for name in VARIABLES if name not in missing]
        raise ConfigError(
            f"{' and '.join(missing)} missing, with {' and '.join(given)} set. Set all three to use EnableX or "
            "another room server, or none to use the embedded one."
        )
    url, app_id, app_key = (environment[name] for name in VARIABLES)
    return Provider(url, app_id, app_key)


def kept_recordings(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Where the embedded room server keeps recordings: the user's state folder; None, a temporary one, without it."""
    traces = state_folder(environment)
    return None if traces is None else traces.with_name("recordings")


@contextlib.asynccontextmanager
async def opened(named: Provider | None) -> AsyncIterator[Provider]:
    """The provider that was named; without one, an embedded room server that ends with the session."""
    if named is not None:
        hide(named.app_key)
        yield named
        return
    from bots.server import RoomServer  # a session on EnableX does without, and begins a twentieth sooner

    async with RoomServer(recordings=kept_recordings()) as server:
        hide(server.app_key)
        yield Provider(server.api_url, server.app_id, server.app_key)
