"""A bot's inbox: bounded, and it knows what may be lost when it is full."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

__all__ = ["Inbox"]

T = TypeVar("T")


class Inbox(Generic[T]):
    """First in, first out, at most `capacity` droppable items.

    On the day it is full the oldest droppable item (a talker update) goes; where none is left, the new item
    is taken all the same: an invite, a chat line or a command is never lost. Their number is bounded by what
    a room sends in the time a bot needs to look, and each one beyond the capacity is counted in `overflow`.
    """

    def __init__(self, capacity: int = 1000) -> None:
        self._items: deque[tuple[T, bool]] = deque()
        self._capacity = capacity
        self._ready = asyncio.Event()
        self.dropped = 0
        self.overflow = 0

    def put(self, item: T, *, droppable: bool = False) -> None:
        """Add an item; never waits."""
        if len(self._items) >= self._capacity and not self._drop_oldest():
            if droppable:
                self.dropped += 1
                return
            self.overflow += 1
        self._items.append((item, droppable))
        self._ready.set()

    async def get(self) -> T:
        """The oldest item; waits for one."""
        while not self._items:
            self._ready.clear()
            await self._ready.wait()
        return self._items.popleft()[0]

    def __len__(self) -> int:
        return len(self._items)

    def _drop_oldest(self) -> bool:
        for index, (_, droppable) in enumerate(self._items):
            if droppable:
                del self._items[index]
                self.dropped += 1
                return True
        return False
