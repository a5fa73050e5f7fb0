"""What tests of commands share."""

from collections.abc import Iterator

import pytest

from tests.e2e.program import Program


@pytest.fixture
def started() -> Iterator[list[Program]]:
    """Commands that the test has started; whatever it comes to, they are ended after it."""
    programs: list[Program] = []
    yield programs
    for program in programs:
        program.close()
