"""Some hundreds of the hostile messages of `python -m bench.hostile`, in every run of the tests."""

import structlog

from bench.hostile.messages import Messages, Names
from bench.hostile.play import play
from tests.integration.server.raw import RawHouse


async def test_hostile_messages_harm_nobody(house: RawHouse) -> None:
    with structlog.testing.capture_logs() as log:
        report = await play(house.server.address, house.api, seed=20_260_328, messages=400)
    assert [] == report.faults
    assert report.messages >= 400
    assert report.answered >= 100
    assert {"wrong types", "nearly right", "nested", "private", "other people's ids"} <= report.said.keys()
    assert [] == [line for line in log if line["log_level"] in ("error", "critical") or "exc_info" in line]


def test_the_same_seed_says_the_same() -> None:
    names = Names("c-1", ("c-2", "c-3"), ("r-1",), ({"claim": {}},))
    first, second = Messages(5), Messages(5)
    assert [first.next(names) for _ in range(200)] == [second.next(names) for _ in range(200)]
