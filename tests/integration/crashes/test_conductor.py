"""Small lessons of which only the bot that conducts is killed, at random moments."""

import pytest

from tests.integration.crashes.small import BLOCKS, in_block, wrong
from tests.unit.simulation.crash import SMALL, Kills, drawn

HALF = len(BLOCKS) // 2


def moments(seed: int) -> Kills:
    return drawn(f"conductor/{seed}", SMALL)


@pytest.mark.parametrize("block", BLOCKS[:HALF])
def test_only_the_bot_that_conducts_is_killed_at_random_moments(block: int) -> None:
    assert {} == wrong(in_block(block), moments, helper_only=True)


@pytest.mark.parametrize("block", BLOCKS[HALF:])
def test_the_same_where_the_room_tells_nobody_who_is_in_its_breakouts(block: int) -> None:
    assert {} == wrong(in_block(block), moments, helper_only=True, is_telling=False)
