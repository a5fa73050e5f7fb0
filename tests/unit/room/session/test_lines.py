"""The media lines of a session: under which number, and which have failed, by their silence."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pytest

from bots.room.network import Network
from bots.room.session.connection import Connection
from bots.room.session.lines import DOUBT_S, PATIENCE_S, Lines
from bots.wire import Answer


class FakeLine:
    """A media line whose other end answers, or does not."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.silent_s = 0.0
        self.probes = 0

    def probe(self) -> None:
        self.probes += 1

    def on_state(self, callback: Callable[[str], None]) -> Callable[[], None]:
        return lambda: None

    def take(self, msg: Mapping[str, Any]) -> None: ...
    async def connect(self, timeout_s: float) -> None: ...
    async def close(self) -> None: ...


class FakeNetwork:
    def __init__(self) -> None:
        self.made: list[FakeLine] = []

    def incoming(self) -> object:
        return object()

    def outgoing(self) -> object:
        return object()

    def publication(self, number: int, *_: object, **__: object) -> FakeLine:
        self.made.append(FakeLine(number))
        return self.made[-1]

    def subscription(self, number: int, *_: object, **__: object) -> FakeLine:
        self.made.append(FakeLine(number))
        return self.made[-1]


class FakeConnection:
    """Grants everything."""

    conversation = property(lambda self: self)

    def post(self, request: object) -> Answer:
        return Answer(0)

    async def answer_to(self, event: str, answer: Answer, *, timeout_s: float) -> Answer:
        return answer


def lines_over(network: FakeNetwork) -> Lines:
    return Lines(cast("Network", network), room_id="r", name="bot", is_local=True, on_failed=lambda what: None)


async def listening(slots: Sequence[int]) -> tuple[Lines, list[FakeLine]]:
    network = FakeNetwork()
    lines = lines_over(network)
    await lines.listen(cast("Connection", FakeConnection()), slots, timeout_s=1)
    return lines, network.made


async def test_a_silent_line_is_asked_and_fails_when_it_does_not_answer() -> None:
    lines, (one, other) = await listening([1, 2])
    one.silent_s = DOUBT_S
    assert [] == lines.notice_silence(10.0)
    assert [] == lines.notice_silence(10.0 + PATIENCE_S / 2)
    assert (2, 0) == (one.probes, other.probes)
    assert ["slot 1"] == lines.notice_silence(10.0 + PATIENCE_S)
    assert (False, True, True) == (lines.is_heard(1), lines.is_heard(2), lines.are_broken)
    assert [] == lines.notice_silence(11.0 + PATIENCE_S), "it has been told"


async def test_a_line_that_answers_is_heard() -> None:
    lines, (one,) = await listening([1])
    one.silent_s = DOUBT_S
    lines.notice_silence(10.0)
    one.silent_s = 0.5
    assert [] == lines.notice_silence(10.0 + PATIENCE_S)
    assert lines.is_heard(1)


async def test_whose_process_stood_still_asks_before_it_judges() -> None:
    lines, (one,) = await listening([1])
    one.silent_s = 60.0
    assert [] == lines.notice_silence(100.0)
    assert 1 == one.probes


@pytest.mark.parametrize("number", [904959696, "904959696"])
async def test_a_publication_has_the_number_that_the_server_says_be_it_a_text(number: object) -> None:
    network, connection = FakeNetwork(), cast("Connection", FakeConnection())
    lines = lines_over(network)
    asked = cast("asyncio.Future[Answer]", Answer(0, data={"result": 0, "id": number}))
    await lines.publish(connection, asked, timeout_s=1)
    assert ([904959696], 904959696) == ([line.number for line in network.made], lines.publication_id)
