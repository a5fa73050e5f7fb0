"""What the Server API tells of sessions that were: real sockets, real media, read by the client."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

from bots.room import CallRecord
from tests.integration.room.conftest import House

TIME_LIMIT_S = 15.0


async def when_filed(find: Callable[[], Awaitable[list[CallRecord]]]) -> list[CallRecord]:
    """The call records, once the session is over and they are filed."""
    async with asyncio.timeout(TIME_LIMIT_S):
        while not (found := await find()):
            await asyncio.sleep(0.05)
    return sorted(found, key=lambda call: call.name)


async def test_the_call_records_of_a_session_tell_who_was_there_and_whose_sound_went_how_long(house: House) -> None:
    ravi = await house.join("Ravi", publish=True, listen=False)
    asha = await house.join("Asha", "moderator", publish=False, listen=True)
    assert [] == await house.api.calls(room_id=house.room_id)
    await asyncio.sleep(0.5)  # how long sound goes
    await ravi.room.leave()
    await asha.room.leave()
    first, second = found = await when_filed(lambda: house.api.calls(room_id=house.room_id))
    assert [("Asha", "moderator", "ref-Asha"), ("Ravi", "participant", "ref-Ravi")] == [
        (call.name, call.role, call.user_ref) for call in found
    ]
    assert first.published_min == 0 < first.subscribed_min
    assert second.subscribed_min == 0 < second.published_min
    for call in found:
        assert call.connected_at is not None
        assert call.disconnected_at is not None
        assert call.connected_at < call.disconnected_at
        assert call.whole["user"]["agent"].startswith("Python/")
        assert "127.0.0.1" == call.whole["user"]["ip"]


async def test_call_records_are_found_by_session_room_and_day(house: House) -> None:
    for _ in range(2):
        await (await house.join("Ravi")).room.leave()
        await when_filed(lambda: house.api.calls(room_id=house.room_id))
    async with asyncio.timeout(TIME_LIMIT_S):
        while len(both := await house.api.calls(room_id=house.room_id)) < 2:
            await asyncio.sleep(0.05)
    assert [f"{house.room_id}-1", f"{house.room_id}-2"] == [call.conf_num for call in both]
    assert both[1:] == await house.api.calls(conf_num=both[1].conf_num)
    today = datetime.now(UTC).date()
    days = (today - timedelta(days=1), today)
    assert both == await house.api.calls(period=days)
    assert both == await house.api.calls(room_id=house.room_id, period=days)
    assert [] == await house.api.calls(room_id="another", period=days)
    assert [] == await house.api.calls(room_id=house.room_id, period=(date(2020, 1, 1), date(2020, 1, 2)))
    assert [] == await house.api.calls(conf_num="never")
