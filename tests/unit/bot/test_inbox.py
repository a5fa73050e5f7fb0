"""What a full inbox gives up, and what never."""

import asyncio

from bots.bot.inbox import Inbox


async def taken(inbox: Inbox[str]) -> list[str]:
    return [await inbox.get() for _ in range(len(inbox))]


async def test_items_come_out_in_the_order_they_went_in() -> None:
    inbox = Inbox[str]()
    inbox.put("a")
    inbox.put("b", droppable=True)
    assert ["a", "b"] == await taken(inbox)


async def test_a_full_inbox_drops_the_oldest_talker_update_first() -> None:
    inbox = Inbox[str](capacity=3)
    inbox.put("talkers-1", droppable=True)
    inbox.put("invite")
    inbox.put("talkers-2", droppable=True)
    inbox.put("chat")
    assert ["invite", "talkers-2", "chat"] == await taken(inbox)
    assert 1 == inbox.dropped


async def test_an_invite_is_never_lost() -> None:
    inbox = Inbox[str](capacity=2)
    for n in range(5):
        inbox.put(f"invite-{n}")
    inbox.put("talkers", droppable=True)
    assert [f"invite-{n}" for n in range(5)] == await taken(inbox)
    assert (3, 1) == (inbox.overflow, inbox.dropped)


async def test_a_reader_waits_for_an_item() -> None:
    inbox = Inbox[str]()
    reader = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.put("a")
    assert "a" == await reader
