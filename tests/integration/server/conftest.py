"""A running server with raw clients; their sockets are closed afterwards, and nothing of them is left."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from bots.server import RoomServer
from tests.integration.server.raw import RawHouse


@pytest.fixture
async def house() -> AsyncIterator[RawHouse]:
    before = asyncio.all_tasks()
    async with (
        RoomServer(app_id="app", app_key="key") as server,
        httpx.AsyncClient(base_url=server.api_url, auth=("app", "key"), timeout=10) as api,
    ):
        house = RawHouse(server, api)
        yield house
        for client in house.clients:
            await client.close()
    left = [task.get_name() for task in asyncio.all_tasks() - before if not task.done()]
    assert not [name for name in left if name.startswith(("connection/", "relay/", "room-server"))], left
