"""When a refused or lost call is made again, and after how long. Pure.

Source: server-api.md section 10.2; RFC 9110, section 10.2.3 (Retry-After).
"""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["MOST_CALLS", "is_worth_repeating", "wait_s"]

MOST_CALLS = 4
PATIENCE_S = 10.0  # after which no call is made again: one that nobody answered takes as long
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 8.0
LONGEST_ASKED_S = 30.0  # a server that wants us to stay away for longer gets no second call
TOO_MANY = 429
UNAVAILABLE = 503
SERVER_FAULT = 500


def is_worth_repeating(status: int, *, is_repeatable: bool) -> bool:
    """Can the same call succeed later?

    Args:
        status: of the reply.
        is_repeatable: doing it twice does no harm; if it does, only a reply that says nothing was done counts.
    """
    if status in (TOO_MANY, UNAVAILABLE):
        return True
    return status >= SERVER_FAULT and is_repeatable


def wait_s(
    calls: int, rng: random.Random, headers: Mapping[str, str], now: datetime, *, passed_s: float = 0.0
) -> float | None:
    """How long to wait before the next call, seconds; None to give up.

    Args:
        calls: made so far, 1 or more.
        rng: spreads the waits, so that many bots do not come back at once.
        headers: of the refusal; `Retry-After` is obeyed.
        now: for a Retry-After that is a date.
        passed_s: since the first call.
    """
    if calls >= MOST_CALLS or passed_s >= PATIENCE_S:
        return None
    asked = _asked_s(headers.get("Retry-After", ""), now)
    if asked is not None:
        return asked + rng.uniform(0, FIRST_WAIT_S) if asked <= LONGEST_ASKED_S else None
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (calls - 1))
    return rng.uniform(longest / 2, longest)


def _asked_s(text: str, now: datetime) -> float | None:
    if text.strip().isascii() and text.strip().isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())
