"""What a Room sends has the shapes that the vendor's client sends: same events, argument counts, keys, order."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from bots.room import BreakoutDefinition, Joinee, StreamInfo
from bots.room.token import decode_token
from bots.wire import Event, SocketIO
from tests.integration.room.conftest import House

CAPTURES = Path(__file__).parents[2] / "captures"
FREE = {"attributes", "fields"}  # objects whose keys are the application's own

Sent = dict[int, list[Event]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Every event that goes over a client's websocket, by connection in the order of opening."""
    connections: dict[ClientConnection, int] = {}
    events: Sent = {}
    plain_send = ClientConnection.send

    async def send(self: ClientConnection, message: Any, *rest: Any) -> None:
        number = connections.setdefault(self, len(connections))
        events.setdefault(number, []).extend(read_events(message))
        await plain_send(self, message, *rest)

    monkeypatch.setattr(ClientConnection, "send", send)
    return events


def read_events(text: str) -> list[Event]:
    reader = SocketIO.server(sid="reader")
    reader.receive("40")
    return [item for item in reader.receive(text) if isinstance(item, Event)] if text.startswith("42") else []


def shape(event: Event, token: Iterable[str] = ()) -> dict[str, Any]:
    first = event.arguments[0] if event.arguments else None
    if event.name == "token":
        assert isinstance(first, dict)
        return {"event": "token", "arguments": len(event.arguments), "adds": sorted(set(first) - set(token))}
    return {"event": event.name, "arguments": len(event.arguments), "keys": sorted(paths(first))}


def paths(value: object, prefix: str = "") -> set[str]:
    if not isinstance(value, dict):
        return set()
    own = {prefix + key for key in value}
    inner = (paths(value[key], f"{prefix}{key}.") for key in value if key not in FREE)
    return own.union(*inner)


def captured(name: str) -> list[dict[str, Any]]:
    shapes: list[dict[str, Any]] = json.loads((CAPTURES / f"{name}.json").read_text(encoding="utf-8"))["sends"]
    return shapes


def without_repeats(shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How many candidates there are depends on the machine."""
    return [one for number, one in enumerate(shapes) if number == 0 or one != shapes[number - 1]]


async def test_a_join_with_a_microphone_looks_like_the_vendors(house: House, sent: Sent) -> None:
    token = await house.token()
    await house.join(token=token)
    added_over_claims = set(decode_token(token)) - {"version"}
    shapes = [shape(event, added_over_claims) for event in sent[0]]
    assert captured("join_with_microphone") == without_repeats(shapes)


async def test_the_end_of_the_candidates_is_told_as_the_vendors_client_does(house: House, sent: Sent) -> None:
    await house.join()
    *candidates, end = [event.arguments[0]["msg"]["candidate"] for event in sent[0][5:]]
    assert {"sdpMLineIndex": -1, "sdpMid": "end", "candidate": "end"} == end
    assert candidates
    assert all(one["candidate"].startswith("a=candidate:") for one in candidates)


async def test_an_offer_has_no_candidates_and_names_the_publication(house: House, sent: Sent) -> None:
    await house.join()
    offer = sent[0][4].arguments[0]
    assert "a=candidate" not in offer["msg"]["sdp"]
    assert "a=sendonly" in offer["msg"]["sdp"]
    assert "offer" == offer["msg"]["type"]


async def test_a_subscription_looks_like_the_vendors(house: House, sent: Sent) -> None:
    await house.join(publish=False, listen=True)
    for slot in (1, 2, 3):
        of_slot = [event for event in sent[0] if slot == (event.arguments or ({},))[0].get("streamId")]
        assert captured("subscribe_slot") == without_repeats([shape(event) for event in of_slot])


async def test_a_breakout_visit_looks_like_the_vendors_on_both_sockets(house: House, sent: Sent) -> None:
    teacher = await house.join("Asha", "moderator")
    [room_id] = await teacher.room.create_breakouts(BreakoutDefinition(participants=2))
    pupil = await house.join()
    await teacher.room.invite(room_id, [pupil.room.client_id])
    await pupil.until(lambda: room_id in pupil.room.invites)
    joined_with = len(sent[1])
    await pupil.room.join_breakout(Joinee(room_id=room_id), StreamInfo())
    await pupil.room.leave_breakout()
    await pupil.room.say("back")
    assert captured("breakout_join_on_parent") == [shape(event) for event in sent[1][joined_with:-1]]
    token_keys = set(sent[2][0].arguments[0]) - {"hostDeviceType", "hostType", "hostVersion", "userAgent", "version"}
    inside = without_repeats([shape(event, token_keys) for event in sent[2]])
    assert captured("breakout_join_inside") == inside


async def test_each_call_of_a_moderator_looks_like_the_vendors(house: House, sent: Sent) -> None:
    teacher, pupil = await house.join("Asha", "moderator"), await house.join()
    joined_with = len(sent[0])
    person, room = pupil.room.client_id, teacher.room
    await room.say("hello")
    await room.hard_mute(person)
    await room.hard_unmute(person)
    await room.hard_mute()
    await room.hard_unmute()
    [room_id] = await room.create_breakouts(BreakoutDefinition(participants=2))
    await room.invite(room_id, [person])
    await room.drop([person])
    assert captured("moderate_and_talk") == [shape(event) for event in sent[0][joined_with:]]
