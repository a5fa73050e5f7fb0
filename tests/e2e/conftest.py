"""What tests of commands share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import Program, Provider, room_server
from tests.e2e.school import School


@pytest.fixture
def started() -> Iterator[list[Program]]:
    """Commands that the test has started; whatever it comes to, they are ended after it."""
    programs: list[Program] = []
    yield programs
    for program in programs:
        program.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """A room server by itself."""
    with room_server(tmp_path_factory.mktemp("room")) as (_, provider):
        yield provider


@pytest.fixture
def school(tmp_path: Path, server: Provider, started: list[Program]) -> School:
    """A folder that can be served, with the room server."""
    return School(tmp_path, server, started)
