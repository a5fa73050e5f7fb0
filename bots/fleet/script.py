"""What one session plays, and how it is kept: its bots and its expectations, so that it goes on as it was planned.

A session that was cut off needs neither its playbook again nor the same version of it.
"""

import base64
import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from bots.bot import BotSpec, Provider
from bots.errors import JournalError, StartMissed
from bots.fleet.expect import Expected
from bots.journal import OpenSession
from bots.schedule import is_misfired

__all__ = ["Script"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The plan of one session.

    Attributes:
        specs: its bots.
        expected: what it is judged by.
        start_within_s: how late it may start, if nobody was there to start it.
        room: what its room is made of, that goes with it; None for a room that is there anyway.
    """

    specs: tuple[BotSpec, ...]
    expected: tuple[Expected, ...] = ()
    start_within_s: float = 0.0
    room: dict[str, Any] | None = None

    def packed(self) -> str:
        """As a text, without the provider's key; `unpacked` takes it back."""
        nobody = Provider("", "", "")
        bare = replace(self, specs=tuple(replace(spec, provider=nobody) for spec in self.specs))
        return base64.b64encode(zlib.compress(_ADAPTER.dump_json(bare))).decode("ascii")

    @staticmethod
    def of(opened: OpenSession, provider: Provider) -> "Script":
        """The script of a session that was cut off.

        Raises:
            JournalError: it cannot be read.
        """
        record = opened.record
        try:
            return Script.unpacked(record.plan or "", provider, room_id=record.room_id or "")
        except ValueError as cause:
            raise JournalError(f"the plan of {record.id} cannot be read: {cause}") from cause

    def check_start(self, opened: OpenSession, now: datetime) -> None:
        """Is it not too late to begin it? One whose bots have been in the room has begun.

        Raises:
            StartMissed: it is.
        """
        record, within = opened.record, timedelta(seconds=self.start_within_s)
        has_begun = any(past.state != "waiting" for past in opened.pasts.values())
        if not has_begun and is_misfired(record.starts_at, now, start_within=within):
            raise StartMissed(record.id, (now - record.starts_at).total_seconds(), self.start_within_s)

    @staticmethod
    def unpacked(text: str, provider: Provider, *, room_id: str) -> "Script":
        """A script that was kept, for this provider and this room.

        Raises:
            ValueError: it cannot be read.
        """
        try:
            plain = zlib.decompress(base64.b64decode(text))
        except zlib.error as cause:
            raise ValueError(str(cause)) from cause
        script = _ADAPTER.validate_json(plain)
        specs = tuple(replace(spec, provider=provider, room_id=room_id) for spec in script.specs)
        return replace(script, specs=specs)

    def moved_to(self, room_id: str) -> "Script":
        """The same in another room."""
        return replace(self, specs=tuple(replace(spec, room_id=room_id) for spec in self.specs))


_ADAPTER = TypeAdapter(Script)
