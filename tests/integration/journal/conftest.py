"""A store of each kind, empty."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bots.clock import SystemClock
from bots.journal import Journal
from tests.fakes.postgres import PostgresServer

Opened = Callable[[], Journal]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"t{abs(hash(str(tmp_path)))}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.url(name)


@pytest.fixture
async def journal(url: str) -> AsyncIterator[Journal]:
    async with Journal(url, SystemClock()) as opened:
        yield opened
