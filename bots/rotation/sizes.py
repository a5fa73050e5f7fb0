"""How people fill rooms: as even as possible."""

__all__ = ["room_sizes"]


def room_sizes(people: int, rooms: int) -> list[int]:
    """Sizes that differ by one at most, the larger ones first."""
    small, more = divmod(people, rooms)
    return [small + 1] * more + [small] * (rooms - more)
