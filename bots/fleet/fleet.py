"""The port through which a session moves its bots: they are addressed by messages, wherever they live."""

from collections.abc import AsyncIterator
from typing import Protocol

from bots.bot import BotEvent, BotSpec, Command

__all__ = ["Fleet"]


class Fleet(Protocol):
    """Many bots, here or elsewhere. Only frozen, serialisable values go in and out."""

    async def start(self, spec: BotSpec) -> None:
        """Begin the life of a bot; its last event is `BotLeft` or `BotFailed`."""
        ...

    async def stop(self, bot_id: str) -> None:
        """End a bot's life at once; returns when it has left its room. An unknown bot is no error."""
        ...

    def command(self, bot_id: str, command: Command) -> None:
        """Send a command to a bot; one that has ended takes none, and that is no error."""
        ...

    def events(self) -> AsyncIterator[BotEvent]:
        """The events of all bots, each bot's in order; never ends by itself."""
        ...
