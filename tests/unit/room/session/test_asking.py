"""Requests wait for the connection within their limits, and are sent again under their numbers."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

import pytest

from bots.errors import RequestRefused
from bots.room.session.asking import WAIT_S, Asking
from bots.room.session.connection import Connection
from bots.simulation import VirtualClock, run_virtually
from bots.wire import Answer, Request, SendData

CLOCK = VirtualClock(datetime(2026, 3, 30, 8, 0, tzinfo=UTC))
SAY = SendData(msg="hello", broadcast=True)


class FakeConnection:
    """Keeps what is sent; the test answers."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.is_up = True
        self.answers = True
        self.conversation = self
        self.sent: dict[int, asyncio.Future[Answer]] = {}

    def post(self, _request: Request, number: int) -> asyncio.Future[Answer]:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.sent[number] = answer
        return answer

    async def check(self) -> bool:
        await asyncio.sleep(4)
        return self.answers

    def cut(self) -> None:
        self.breaks(self.asking)

    def breaks(self, asking: Asking) -> None:
        self.is_up = False
        for answer in self.sent.values():
            if not answer.done():
                answer.set_result(Answer(1163, "broke"))
        asking.lost()


def connect(asking: Asking, *, is_resumed: bool = True) -> FakeConnection:
    connection = FakeConnection(asking)
    asking.connected(cast("Connection", connection), is_resumed=is_resumed)
    return connection


def virtually(act: Callable[[Asking], object]) -> None:
    async def main() -> None:
        work = act(Asking(CLOCK))
        assert asyncio.iscoroutine(work)
        await work

    run_virtually(main, CLOCK)


def test_a_request_waits_for_the_connection_and_gets_its_answer() -> None:
    async def act(asking: Asking) -> None:
        asked = asyncio.create_task(asking.request(SAY))
        await asyncio.sleep(WAIT_S - 1)
        connection = connect(asking)
        await asyncio.sleep(9)
        connection.sent[0].set_result(Answer(0))
        assert Answer(0) == await asked

    virtually(act)


def test_a_request_that_broke_off_goes_again_under_its_number() -> None:
    async def act(asking: Asking) -> None:
        first = connect(asking)
        asked = asyncio.create_task(asking.request(SAY))
        await asyncio.sleep(1)
        first.breaks(asking)
        await asyncio.sleep(30)
        second = connect(asking)
        assert list(first.sent) == list(second.sent) == [0]
        second.sent[0].set_result(Answer(0))
        assert Answer(0) == await asked

    virtually(act)


def test_without_a_connection_the_wait_ends_at_its_limit() -> None:
    async def act(asking: Asking) -> None:
        began_s = CLOCK.monotonic()
        with pytest.raises(RequestRefused, match="did not come back in 60 s"):
            await asking.request(SAY)
        assert WAIT_S == round(CLOCK.monotonic() - began_s, 3)
        assert {} == connect(asking).sent

    virtually(act)


def test_a_server_that_does_not_answer_is_not_waited_for_longer_than_before() -> None:
    async def act(asking: Asking) -> None:
        connect(asking)
        with pytest.raises(RequestRefused, match="did not answer in 10 s"):
            await asking.request(SAY)

    virtually(act)


def test_a_half_open_connection_is_noticed_and_the_request_goes_over_the_next() -> None:
    async def act(asking: Asking) -> None:
        first = connect(asking)
        first.answers = False
        asked = asyncio.create_task(asking.request(SAY))
        await asyncio.sleep(9)
        assert not asking.is_up
        second = connect(asking)
        second.sent[0].set_result(Answer(0))
        assert Answer(0) == await asked

    virtually(act)


def test_an_answer_that_comes_with_the_end_counts() -> None:
    """Both are read in one go: what was said and answered must not be said elsewhere again."""

    async def act(asking: Asking) -> None:
        connection = connect(asking)
        asked = asyncio.create_task(asking.request(SAY))
        await asyncio.sleep(1)
        connection.sent[0].set_result(Answer(0))
        asking.close()
        assert Answer(0) == await asked

    virtually(act)


def test_a_connection_that_breaks_with_the_end_is_no_answer() -> None:
    async def act(asking: Asking) -> None:
        connection = connect(asking)
        asked = asyncio.create_task(asking.request(SAY))
        await asyncio.sleep(1)
        connection.breaks(asking)
        asking.close()
        assert 1171 == (await asked).result

    virtually(act)


def test_the_end_answers_everybody() -> None:
    async def act(asking: Asking) -> None:
        asked = asyncio.create_task(asking.request(SAY))
        await asyncio.sleep(1)
        asking.close()
        assert 1171 == (await asked).result
        assert 1163 == (await asking.request(SAY)).result

    virtually(act)
