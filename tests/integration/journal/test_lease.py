"""Leases: one holder, on one clock, in real databases; and what a process may do that holds one."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from bots.errors import JournalError, SessionHeld
from bots.journal.database import open_database
from bots.journal.holders import Holder
from bots.journal.keeper import Hold, Keeper
from bots.journal.lease import Leases

AT = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


def holder(name: str) -> Holder:
    return Holder(name, "host", 7)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_database(url)
    yield opened
    opened.dispose()


def test_a_lease_has_one_holder_and_says_who(engine: Engine) -> None:
    one, other = (Leases(engine, holder(name), ttl_s=60) for name in ("one", "other"))
    assert one.acquire("lesson", AT) is None
    held = other.acquire("lesson", AT)
    assert "process 7 on host since 2026-03-30 08:00:00 UTC" == str(held)
    assert {"lesson": held} == other.holders()
    assert other.acquire("another lesson", AT) is None
    assert {"lesson"} == one.renew({"lesson", "another lesson"})
    one.release("lesson")
    assert other.acquire("lesson", AT) is None
    other.release("nothing")
    one.close()
    other.close()


def test_a_lease_that_ran_out_is_free_and_its_former_holder_finds_that_out(engine: Engine) -> None:
    frozen, taker = Leases(engine, holder("frozen"), ttl_s=0.0), Leases(engine, holder("taker"), ttl_s=60)
    assert frozen.acquire("lesson", AT) is None
    assert taker.acquire("lesson", AT) is None
    assert set() == frozen.renew({"lesson"})
    frozen.release("lesson")  # it is not its own any more
    assert {"lesson"} == taker.renew({"lesson"})
    frozen.close()
    taker.close()


def test_a_lease_that_ran_out_and_that_nobody_took_is_renewed(engine: Engine) -> None:
    leases = Leases(engine, holder("late"), ttl_s=0.0)
    assert leases.acquire("lesson", AT) is None
    assert {"lesson"} == leases.renew({"lesson"})
    leases.close()


PROGRAM = """
    import sys, time
    from datetime import UTC, datetime
    from bots.journal.database import open_database
    from bots.journal.holders import Holder
    from bots.journal.lease import Leases
    leases = Leases(open_database(sys.argv[1]), Holder.of_this_process(), ttl_s=600)
    assert leases.acquire("lesson", datetime.now(UTC)) is None
    print("held", flush=True)
    time.sleep(600)
"""


def test_what_a_killed_process_held_is_free_at_once_and_what_a_stopped_one_holds_is_not(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/journal.db"
    other = subprocess.Popen([sys.executable, "-c", textwrap.dedent(PROGRAM), url], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert "held\n" == other.stdout.readline()
    leases = Leases(open_database(url), Holder.of_this_process(), ttl_s=600)
    os.kill(other.pid, signal.SIGSTOP)
    held = leases.acquire("lesson", AT)
    assert held is not None
    assert held.pid == other.pid
    other.kill()
    other.wait()
    other.stdout.close()
    assert leases.acquire("lesson", AT) is None
    assert 1 == len(list((tmp_path / "journal.db-holders").iterdir()))  # the dead one's lock is gone
    leases.close()
    assert [] == list((tmp_path / "journal.db-holders").iterdir())


class Machine:
    """Its clock since boot, moved by the test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_hold_lets_send_until_shortly_before_others_may_take_it(engine: Engine) -> None:
    machine = Machine()
    async with Keeper(Leases(engine, holder("one"), ttl_s=5), now_s=machine) as keeper:
        hold = await keeper.take("lesson", AT)
        machine.now += 4.3
        assert hold.may_send()
        machine.now += 0.2
        assert not hold.may_send()
        with pytest.raises(SessionHeld, match="this very process"):
            await keeper.take("lesson", AT)
        await keeper.give_back(hold)
        assert not hold.may_send()


async def test_a_hold_that_was_late_goes_on_if_nobody_took_it(engine: Engine) -> None:
    machine = Machine()
    with capture_logs() as logs:
        async with Keeper(Leases(engine, holder("one"), ttl_s=2), now_s=machine) as keeper:
            hold = await keeper.take("lesson", AT)
            machine.now += 60
            assert not hold.may_send()
            async with asyncio.timeout(20):
                while not hold.may_send():
                    await asyncio.sleep(0.05)
            assert not hold.lost.is_set()
    assert "lease_late" in [one["event"] for one in logs]


async def test_a_hold_that_another_took_is_lost_for_good(engine: Engine) -> None:
    taker = Leases(engine, holder("taker"), ttl_s=60)
    async with Keeper(Leases(engine, holder("frozen"), ttl_s=0.01)) as keeper:
        hold = await keeper.take("lesson", AT)
        taken = taker.acquire("lesson", AT)
        for _ in range(100):
            if taken is None:
                break
            taken = taker.acquire("lesson", AT)
        async with asyncio.timeout(20):
            await hold.lost.wait()
        assert not hold.may_send()
        hold.extend(float("inf"))
        assert not hold.may_send()
        await keeper.give_back(hold)
    assert {"lesson"} == taker.renew({"lesson"})
    taker.close()


async def test_what_was_lost_is_told_once_and_may_be_taken_again_when_it_is_free(engine: Engine) -> None:
    taker = Leases(engine, holder("taker"), ttl_s=60)
    with capture_logs() as logs:
        async with Keeper(Leases(engine, holder("frozen"), ttl_s=0.01)) as keeper:
            hold = await keeper.take("lesson", AT)
            async with asyncio.timeout(20):
                while taker.acquire("lesson", AT) is not None:
                    await asyncio.sleep(0.001)
                await hold.lost.wait()
            with pytest.raises(SessionHeld, match="process 7 on host"):
                await keeper.take("lesson", AT)
            await asyncio.sleep(0.1)  # some beats more
            assert 1 == [one["event"] for one in logs].count("lease_lost")
            taker.release("lesson")
            assert hold is not await keeper.take("lesson", AT)
    taker.close()


async def test_of_two_parts_of_a_process_that_take_a_lease_at_once_one_has_it(engine: Engine) -> None:
    async with Keeper(Leases(engine, holder("mine"), ttl_s=60)) as keeper:
        one, other = await asyncio.gather(*(keeper.take("lesson", AT) for _ in range(2)), return_exceptions=True)
        assert isinstance(one, Hold)
        assert isinstance(other, SessionHeld)
        await keeper.give_back(one)
        assert (await keeper.take("lesson", AT)).may_send()


def test_leases_that_somebody_writes_can_be_opened_and_those_that_are_none_are_refused(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/journal.db")
    Leases(engine, holder("one"), ttl_s=60).close()
    file = tmp_path / "journal.db-leases"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        Leases(engine, holder("two"), ttl_s=60).close()
    file.write_bytes(b"this is no database, whatever it is called" * 100)
    with pytest.raises(JournalError, match=r"journal\.db-leases cannot be opened"):
        Leases(engine, holder("two"), ttl_s=60)
    engine.dispose()
