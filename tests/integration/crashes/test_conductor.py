"""Small lessons of which only the bot that conducts is killed, at random moments."""

import pytest

from tests.integration.crashes.small import BLOCKS, in_block, wrong
from tests.unit.simulation.crash import SMALL, drawn


@pytest.mark.parametrize("block", BLOCKS)
def test_only_the_bot_that_conducts_is_killed_at_random_moments(block: int) -> None:
    assert {} == wrong(in_block(block), lambda seed: drawn(f"conductor/{seed}", SMALL), helper_only=True)
