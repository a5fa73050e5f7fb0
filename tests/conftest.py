"""What holds for every test: none leaves its log behind for the next one, or traces in the state of who runs it."""

import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from tests.examples import examples

settings.register_profile("bots", examples(30))
settings.load_profile("bots")


@pytest.hookimpl(trylast=True)  # after they have been shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that wait for real sessions begin first: the short ones fill what is left, and nobody waits at the end."""
    items.sort(key=lambda item: ("e2e" not in item.path.parts, "integration" not in item.path.parts))


@pytest.fixture(autouse=True, scope="session")
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Commands keep their traces in the user's state folder, and their clips in the cache; the tests in their own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A command under test configures the log of the whole process, to a stream that pytest closes after the test."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
