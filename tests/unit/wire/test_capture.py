"""What was said, written down without secrets."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.wire import Capture, SocketIO
from bots.wire.capture import REMOVED, without_secrets
from tests.examples import examples

SECRET = "hunter2-4f9d0c77"
TOKEN = base64.b64encode(json.dumps({"host": "h", "signature": SECRET}).encode()).decode()
ICE = {"urls": "turn:t.example:3478", "username": f"u-{SECRET}", "credential": SECRET}
SDP = f"v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:{SECRET}{SECRET}\r\na=setup:actpass\r\n"


def captured(*frames: tuple[str, str]) -> list[dict[str, Any]]:
    """The lines for (sender, frame)."""
    lines: list[str] = []
    capture = Capture(lines.append, lambda: datetime(2026, 3, 28, tzinfo=UTC), "socket 1")
    for sender, frame in frames:
        capture.take(frame, sender=sender)
    assert all(line.endswith("\n") and line.isascii() for line in lines)
    return [json.loads(line) for line in lines]


def test_a_line_says_when_who_what_and_which_question_an_answer_is_for() -> None:
    asked, answered = captured(("client", '420["muteRoom",{"audio":true}]'), ("server", '430[{"result":0}]'))
    head = {"at": "2026-03-28T00:00:00.000+00:00", "socket": "socket 1"}
    assert head | {
        "from": "client", "packet": "event", "event": "muteRoom", "number": "0", "arguments": [{"audio": True}],
    } == asked  # fmt: skip
    assert head | {
        "from": "server", "packet": "ack", "of": "muteRoom", "number": "0", "arguments": [{"result": 0}],
    } == answered  # fmt: skip


def test_of_a_presented_token_only_what_is_no_secret_stays() -> None:
    fields = {"host": "h:1", "version": "2.3.16", "tokenId": SECRET, "odd": {"deep": SECRET}, "signature": SECRET}
    (line,) = captured(("client", f"420{json.dumps(['token', fields])}"))
    kept = {"host": "h:1", "version": "2.3.16"}
    assert [{**kept, "tokenId": REMOVED, "odd": REMOVED, "signature": REMOVED}] == line["arguments"]
    (line,) = captured(("client", f"420{json.dumps(['token', TOKEN])}"))
    assert [REMOVED] == line["arguments"]


@pytest.mark.parametrize(
    "value",
    [
        {"result": 0, "token": TOKEN}, TOKEN, f"see {TOKEN}, please", {"iceServers": [ICE]}, {"sdp": SDP},
        {"utilToken": SECRET}, {"appKey": SECRET}, {"app_key": SECRET}, {"Authorization": f"Basic {SECRET}"},
        {"url": f"https://app:{SECRET}@host/x"}, {"url": f"https://host/x?a=1&token={SECRET}&b=2"},
        {"password": [SECRET]},
        f"Authorization: Bearer {SECRET}", {"claim": {"any": SECRET}}, {"eyJ": f"{TOKEN}.{TOKEN}.abc"}, {TOKEN: 1},
    ],
)  # fmt: skip
def test_secrets_are_taken_out_wherever_they_stand(value: Any) -> None:
    assert SECRET in json.dumps(value) or TOKEN in json.dumps(value)
    for sender in ("client", "server"):
        for frame in (f"42{json.dumps(['x', value])}", f"431{json.dumps([value])}", f"0{json.dumps({'sid': SECRET})}"):
            text = json.dumps(captured((sender, frame)))
            assert SECRET not in text
            assert TOKEN not in text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@examples(100)
@given(JSON, st.sampled_from(["token", "authToken", "signature", "credential", "password", "claim", "appKey"]))
def test_no_nesting_hides_a_secret(value: Any, key: str) -> None:
    for wrapped in ({key: [value, {"deep": SECRET}]}, [value, {"a": {key: {"b": SECRET}}}], {"x": [TOKEN, value]}):
        text = json.dumps(without_secrets(wrapped))
        assert SECRET not in text
        assert TOKEN not in text


@examples(100)
@given(JSON)
def test_what_has_no_secret_stays_as_it_was(value: Any) -> None:
    text = json.dumps(without_secrets({"msg": value}))
    assert REMOVED in text or json.loads(json.dumps({"msg": value})) == json.loads(text)


@pytest.mark.parametrize("frame", ["", "42", "42{", '42["x"', "42[5]", "451-[]", "4", "9", "\x00", "42" + "[" * 9_999])
def test_what_is_no_protocol_is_a_line_too(frame: str) -> None:
    (line,) = captured(("client", frame))
    assert "packet" in line


def test_both_machines_show_every_frame_once() -> None:
    lines: list[str] = []
    client, server = SocketIO.client(), SocketIO.server(sid="s1")
    client.capture = Capture(lines.append, lambda: datetime(2026, 3, 28, tzinfo=UTC), "bot")
    for text in server.take_outgoing():
        client.receive(text)
    for text in client.take_outgoing():
        server.receive(text)
    assert [("server", "engine"), ("client", "connect")] == [
        (line["from"], line["packet"]) for line in map(json.loads, lines)
    ]
