"""How many examples the property tests try: few and always the same in every run, many by chance in a long one."""

import os

from hypothesis import settings

__all__ = ["examples"]


def examples(few: int) -> settings:
    """So many examples, the same for the same code; with `BOTS_EXAMPLES` so many by chance. However long one takes."""
    many = os.environ.get("BOTS_EXAMPLES")
    return settings(max_examples=int(many or few), derandomize=not many, deadline=None)
