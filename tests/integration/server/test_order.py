"""What comes before what, and how often: read off the wire by raw clients."""

from tests.integration.server.raw import RawHouse


async def test_a_newcomer_hears_its_ack_then_the_room_then_the_talkers(house: RawHouse) -> None:
    room_id = await house.room()
    await house.enter(room_id, name="Ben")
    client = await house.enter(room_id)
    await client.hear("active-talkers-updated")
    assert ["ack", "room-connected", "active-talkers-updated"] == client.order[:3]


async def test_who_publishes_muted_gets_its_ack_before_everybody_is_told(house: RawHouse) -> None:
    client = await house.enter(await house.room())
    await client.ask("publish", {"audio": True, "muteStream": {"audio": True}}, None)
    await client.hear("user-audio-muted")
    assert ["ack", "user-audio-muted"] == client.order[-2:]


async def test_the_end_of_the_room_is_told_once_to_who_is_in_a_breakout_too(house: RawHouse) -> None:
    room_id = await house.room()
    teacher, pupil = await house.enter(room_id, "moderator"), await house.enter(room_id)
    [created] = await teacher.ask("create-breakout-room", {"participants": 2, "audio": True})
    breakout_id = created["msg"]["rooms"][0]
    await teacher.ask("invite-breakout-room", {"room_id": breakout_id, "clients": [pupil.client_id]})
    [joined] = await pupil.ask("join-breakout-room", {"room_id": breakout_id, "role": "participant"})
    inside = await house.present(house.fields(joined["token"]))
    await teacher.ask("drop", {"all": True, "clients": None})
    for client in (teacher, pupil, inside):
        assert 1000 == await client.closed()
        assert 1 == len(client.heard("room-disconnected"))
    assert 0 == await house.people(room_id)
    assert house.server.rooms.get(breakout_id) is None
