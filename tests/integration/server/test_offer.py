"""What the SDK can ask for and this server does not do: the code that refuses it, in the form that the SDK reads."""

from typing import Any

import pytest

from tests.integration.server.raw import RawHouse

STREAM = {"rtmpDetails": {"rtmpUrl": "rtmp://a.example/live/1"}}
PAGE = {"urlDetails": {"url": "https://pages.example/room?token=", "layOut": {}}}
FOUR = {"rtmpDetails": {"rtmpUrl": ",".join(f"rtmp://a.example/{number}" for number in range(4))}}


@pytest.mark.parametrize(
    ("event", "payload", "to_participants", "to_moderators"),
    [
        ("startStreaming", STREAM, 7008, 1170),
        ("startStreaming", {}, 7008, 7009),
        ("startStreaming", {"rtmpDetails": {"rtmpUrl": 5}}, 7008, 7009),
        ("startStreaming", FOUR, 7008, 7101),
        ("startStreaming", {"rtmpDetails": {"rtmpUrl": "youtube"}}, 7008, 7102),
        ("setStreamingParams", STREAM, 7072, 1170),
        ("stopStreaming", STREAM, 7044, 1170),
        ("startLiveRecording", PAGE, 7201, 1170),
        ("startLiveRecording", {"urlDetails": {"url": "nowhere"}}, 7201, 7202),
        ("startLiveRecording", None, 7201, 7202),
        ("setLiveRecordingParams", PAGE, 7071, 1170),
        ("stopLiveRecording", PAGE, 7036, 1170),
        ("invalidateTranscoding", {}, 4101, 1170),
    ],
)
async def test_live_recording_and_streaming_are_refused_with_a_status_that_the_sdk_reads(
    house: RawHouse, event: str, payload: Any, to_participants: int, to_moderators: int
) -> None:
    room_id = await house.room()
    mia, ann = await house.enter(room_id, "moderator", "Mia"), await house.enter(room_id)
    for client, code in ((ann, to_participants), (mia, to_moderators)):
        (answer,) = await client.ask(event, payload)
        status = {"resultCode": code, "error": {"errorDesc": answer["msg"]}}
        assert (code, status) == (answer["result"], answer["status"])
        assert answer["msg"]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("startLiveTranscription", 1170), ("stopLiveTranscription", 8002), ("startLiveMeetingAnalytics", 1170),
        ("stopLiveMeetingAnalytics", 8004), ("getLiveMeetingAnalytics", 1170), ("subscribeForLiveSummary", 1170),
        ("makeOutboundCall", 1170), ("cancelOutboundCall", 1170), ("sendDTMF", 1170),
    ],
)  # fmt: skip
async def test_what_this_server_does_not_do_is_refused(house: RawHouse, event: str, code: int) -> None:
    client = await house.enter(await house.room(), "moderator")
    (answer,) = await client.ask(event, {"language": "english_us", "room": True})
    assert code == answer["result"]
    assert answer["msg"]


async def test_a_data_channel_is_refused_with_null_first(house: RawHouse) -> None:
    client = await house.enter(await house.room())
    first, refusal = await client.ask("addDataChannel", {"streamId": 1, "singlePC": "subs"}, None)
    assert (None, 1170) == (first, refusal["result"])


@pytest.mark.parametrize("event", ["pingBack", "getStreamStats", "clientStats", "cameraSwitched", "never-heard-of"])
async def test_what_only_wants_an_ack_gets_one(house: RawHouse, event: str) -> None:
    client = await house.enter(await house.room())
    forms: tuple[tuple[Any, ...], ...] = ((), ({},), (None, None), ([1, {"a": "b"}], "x"))
    for arguments in forms:
        assert [{"result": 0}] == await client.ask(event, *arguments)


async def test_a_newcomer_is_told_what_there_is_so_that_the_sdk_asks_for_it(house: RawHouse) -> None:
    client = await house.enter(await house.room())
    welcome = await client.hear("room-connected")
    assert welcome["transcription"] is False
    licence = welcome["subscription"]
    assert {"sip_outbound"} == {name for name, is_there in licence.items() if not is_there}
    assert {"audio_only", "audio_video", "recording", "datastore"} <= set(licence)
