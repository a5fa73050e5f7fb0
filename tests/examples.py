"""How many examples the property tests try: few in every run, as many as one likes in a long one."""

import os

from hypothesis import settings

__all__ = ["examples"]


def examples(few: int) -> settings:
    """So many examples, or `BOTS_EXAMPLES` of them if that is set; however long one takes."""
    return settings(max_examples=int(os.environ.get("BOTS_EXAMPLES", few)), deadline=None)
