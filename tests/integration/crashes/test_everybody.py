"""Small lessons whose bots are all killed at once, at random moments."""

import pytest

from tests.integration.crashes.small import BLOCKS, in_block, wrong
from tests.unit.simulation.crash import SMALL, drawn


@pytest.mark.parametrize("block", BLOCKS)
def test_all_bots_are_killed_at_random_moments(block: int) -> None:
    assert {} == wrong(in_block(block), lambda seed: drawn(seed, SMALL), helper_only=False)
