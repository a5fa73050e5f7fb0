"""Trying again what may work later."""

import asyncio
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bots.errors import ApiError
from bots.fleet.patience import patiently
from tests.fakes.clock import FakeClock


class Door:
    """Opens after so many knocks."""

    def __init__(self, refusals: int, *, retryable: bool = True) -> None:
        self.knocks, self._refusals, self._retryable = 0, refusals, retryable

    async def knock(self) -> str:
        self.knocks += 1
        if self.knocks <= self._refusals:
            raise ApiError("nobody answers", retryable=self._retryable)
        return "in"


async def knocked(door: Door, clock: FakeClock, until: datetime | None, *, over_after: int = 99) -> str:
    work = patiently(door.knock, until=until, clock=clock, session="s", is_over=lambda: door.knocks >= over_after)
    task = asyncio.create_task(work)
    with capture_logs():
        await clock.advance(60)
    return task.result()


async def test_what_fails_for_now_is_tried_again_until_it_works() -> None:
    clock, door = FakeClock(), Door(3)
    assert "in" == await knocked(door, clock, clock.now() + timedelta(seconds=10))
    assert 4 == door.knocks


@pytest.mark.parametrize(
    ("retryable", "until_s", "over_after", "knocks"),
    [(True, 5, 99, 4), (False, 5, 99, 1), (True, None, 99, 1), (True, 5, 2, 2)],
)
async def test_it_ends_in_time_or_when_it_is_in_vain(
    retryable: bool, until_s: int | None, over_after: int, knocks: int
) -> None:
    clock, door = FakeClock(), Door(99, retryable=retryable)
    until = None if until_s is None else clock.now() + timedelta(seconds=until_s)
    with pytest.raises(ApiError):
        await knocked(door, clock, until, over_after=over_after)
    assert knocks == door.knocks
