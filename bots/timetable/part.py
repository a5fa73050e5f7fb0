"""What a timetable gives to whoever plays sessions."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bots.fleet import Session, SessionResult
from bots.journal import OpenSession, SessionRecord
from bots.playbook import Playbook

__all__ = ["Part", "Play"]


@dataclass(slots=True, kw_only=True, eq=False)
class Part:
    """One session that this process plays.

    Attributes:
        record: what it is.
        opened: of the journal, held by this process; None if the journal could not be written when it had to begin.
        playbook: of which it is planned; None for one that goes on as it was planned.
        begin_by: when it is too late to begin it.
        stop: ends it in order.
        task: plays it.
        session: to watch it by, as soon as its bots are planned.
    """

    record: SessionRecord
    opened: OpenSession | None
    playbook: Playbook | None
    begin_by: datetime | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    session: Session | None = None

    def watch(self, session: Session) -> None:
        """Its bots are planned."""
        self.session = session


Play = Callable[[Part], Awaitable[SessionResult]]
