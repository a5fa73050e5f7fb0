"""Small lessons whose process is killed at a write of its journal, and again at one of its next life."""

from random import Random

import pytest

from tests.integration.crashes.small import BLOCKS, IN_A_TEST, LESSONS, in_block, wrong

CONDUCTOR, EVERYBODY = 90, 205  # about as many writes has a life of theirs that nobody kills
HALF = len(BLOCKS) // 2


def twice(seed: int, writes: int) -> list[tuple[str, float]]:
    """Each write of a life, one seed after the other; then one of the life after it, or none if it has fewer."""
    return [("write", 1 + seed % writes), ("write", Random(seed).randint(1, writes))]


@pytest.mark.parametrize("block", BLOCKS[:HALF])
def test_the_bot_that_conducts_is_killed_at_each_write(block: int) -> None:
    assert CONDUCTOR < LESSONS // 2
    assert {} == wrong(in_block(block), lambda seed: twice(seed, CONDUCTOR), helper_only=True)


@pytest.mark.parametrize("block", BLOCKS[HALF:])
def test_all_bots_are_killed_at_a_write(block: int) -> None:
    first = HALF * IN_A_TEST
    assert {} == wrong(in_block(block), lambda seed: twice(seed - first, EVERYBODY), helper_only=False)
