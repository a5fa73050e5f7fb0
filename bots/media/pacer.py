"""The pacer: one timer a process sends every bot's due packets, from absolute deadlines.

Lateness never adds up: packet n of a phase leaves at `origin + phase + n * 20 ms`, whenever the one before it left.
Senders are spread over phases, so that a hundred bots do not all send in the same instant.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from bots.clock import Clock

__all__ = ["Paced", "Pacer"]

PACKET_S = 0.02
PHASES = 4
MOST_BEHIND = 10  # packets; after a longer stall (a suspended machine) the rest is shifted, not sent in a burst


class Paced(Protocol):
    """Something that sends one packet each 20 ms."""

    def tick(self, now: float) -> None:
        """Send the next packet; `now` in monotonic seconds. Must not raise."""
        ...


class Pacer:
    """Sends the packets of all senders of this process.

    Args:
        clock: its `monotonic` is the time of the event loop.
        may_send: may anything leave this process now? For the connections of its senders; None: always.
    """

    def __init__(self, clock: Clock, *, may_send: Callable[[], bool] | None = None) -> None:
        self.may_send = may_send
        self._clock = clock
        self._phases: tuple[dict[Paced, None], ...] = tuple({} for _ in range(PHASES))
        self._sent = [0] * PHASES
        self._origin = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def unix_s(self) -> float:
        """The time of day, seconds since 1970; for sender reports."""
        return self._clock.now().timestamp()

    @property
    def senders(self) -> int:
        """How many are sending now."""
        return sum(len(phase) for phase in self._phases)

    def add(self, sender: Paced) -> None:
        """Tick this sender from now on; without effect if it is ticked already."""
        if any(sender in phase for phase in self._phases):
            return
        if self._timer is None:
            self._origin = self._clock.monotonic()
            self._sent = [0] * PHASES
        min(self._phases, key=len)[sender] = None
        if self._timer is None:
            self._arm()

    def remove(self, sender: Paced) -> None:
        """Tick it no more; the timer rests when nobody sends."""
        for phase in self._phases:
            phase.pop(sender, None)
        if not self.senders and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run(self) -> None:
        self._timer = None
        try:
            self._send_due(self._clock.monotonic())
        finally:  # one sender's error must not silence the others; the loop reports it
            if self.senders and self._timer is None:  # a tick may have removed the last sender, or armed it again
                self._arm()

    def _send_due(self, now: float) -> None:
        for number, phase in enumerate(self._phases):
            due = due_packets(now, self._origin + number * PACKET_S / PHASES)
            behind = due - self._sent[number]
            if behind > MOST_BEHIND:
                self._origin += (behind - MOST_BEHIND) * PACKET_S
                due -= behind - MOST_BEHIND
            while self._sent[number] < due:
                self._sent[number] += 1
                for sender in tuple(phase):
                    sender.tick(now)

    def _arm(self) -> None:
        times = [
            self._origin + number * PACKET_S / PHASES + self._sent[number] * PACKET_S
            for number, phase in enumerate(self._phases)
            if phase
        ]
        self._timer = asyncio.get_running_loop().call_at(min(times), self._run)


def due_packets(now: float, first_at: float) -> int:
    """How many packets of a phase should have left by `now`; the first one leaves at `first_at`. Seconds."""
    return max(0, int((now - first_at) / PACKET_S + 1e-6) + 1) if now >= first_at - 1e-9 else 0
