"""Instants as the journal has them: microseconds since 1970, UTC."""

from datetime import UTC, datetime, timedelta

__all__ = ["instant_of", "maybe_instant_of", "maybe_us_of", "us_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def us_of(at: datetime) -> int:
    """Microseconds of an aware instant."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def instant_of(us: int) -> datetime:
    """The instant, aware, UTC."""
    return _EPOCH + timedelta(microseconds=us)


def maybe_us_of(at: datetime | None) -> int | None:
    return None if at is None else us_of(at)


def maybe_instant_of(us: int | None) -> datetime | None:
    return None if us is None else instant_of(us)
