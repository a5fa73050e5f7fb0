"""When a synthetic person's connection drops, and for how long. Pure and seeded."""

from collections.abc import Iterator
from itertools import count
from random import Random

from bots.bot.contract.spec import DropRule

__all__ = ["drops_of"]


def drops_of(rule: DropRule, rng: Random) -> Iterator[tuple[float, float]]:
    """Each drop: seconds after joining, and seconds until it is back; one is over before the next begins."""
    free_from_s = 0.0
    for stretch in count():
        is_hit, part, back = rng.random() < rule.chance, rng.random(), rng.uniform(*rule.back_after_s)
        at_s = (stretch + part) * rule.every_s
        if is_hit and at_s >= free_from_s:
            free_from_s = at_s + back
            yield at_s, back
