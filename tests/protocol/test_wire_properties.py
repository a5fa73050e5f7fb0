"""Whatever a peer sends, the wire answers with values or with a WireError, nothing else."""

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import bots.wire
from bots.errors import WireError
from bots.wire import Record, SocketIO, read_answer, read_notice, read_request, write_json
from bots.wire.notices.read import NOTICES
from bots.wire.requests.read import REQUESTS

RECORDS = [
    kind
    for kind in (getattr(bots.wire, name) for name in bots.wire.__all__)
    if isinstance(kind, type) and issubclass(kind, Record) and kind is not Record
]
KEYS = sorted(
    {
        "clientId",
        "user",
        "room",
        "id",
        "streamId",
        "msg",
        "result",
        "cause",
        "client",
        "name",
        "room_id",
        "userList",
    }
    | {"streams", "requestor", "activeList", "audio", "video", "message", "participants", "clients", "type"}
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=20,
)
PACKET = st.one_of(
    st.text(),
    st.text('0123456789[]{},":-/abnNaI ', max_size=40),
    st.builds(
        lambda head, value: head + write_json(value),
        st.sampled_from(["0", "40", "41", "42", "421", "431"]),
        JSON,
    ),
    st.builds(lambda depth: "42" + "[" * depth, st.integers(0, 20_000)),
)


@given(st.lists(PACKET, max_size=5))
def test_a_client_takes_any_text(texts: list[str]) -> None:
    fresh, connected = SocketIO.client(), SocketIO.client()
    connected.receive('0{"sid":"a","pingInterval":25000,"pingTimeout":20000}')
    connected.receive('40{"sid":"b"}')
    for text in texts:
        for machine in (fresh, connected):
            with contextlib.suppress(WireError):
                machine.receive(text)


@given(st.lists(PACKET, max_size=5))
def test_a_server_takes_any_text(texts: list[str]) -> None:
    fresh, connected = SocketIO.server(sid="s"), SocketIO.server(sid="s")
    connected.receive("40")
    for text in texts:
        for machine in (fresh, connected):
            with contextlib.suppress(WireError):
                machine.receive(text)


@given(st.sampled_from([*REQUESTS, "other"]), st.lists(JSON, max_size=3))
def test_any_arguments_of_a_request_are_read_or_refused(event: str, arguments: list[Any]) -> None:
    with contextlib.suppress(WireError):
        read_request(event, arguments).arguments()


@given(st.sampled_from([*NOTICES, "other"]), st.lists(JSON, max_size=3))
def test_any_arguments_of_a_notice_are_read_or_refused(event: str, arguments: list[Any]) -> None:
    with contextlib.suppress(WireError):
        read_notice(event, arguments).arguments()


@given(st.lists(JSON, max_size=3))
def test_any_ack_is_understood(arguments: list[Any]) -> None:
    read_answer(arguments)


@given(st.sampled_from(RECORDS), JSON)
def test_any_object_is_read_as_a_record_or_refused(kind: type[Record], data: Any) -> None:
    with contextlib.suppress(WireError):
        kind.read(data)


@given(st.text(min_size=1), st.lists(JSON, max_size=3), st.booleans())
def test_what_one_side_emits_the_other_side_receives(name: str, arguments: list[Any], ack: bool) -> None:
    client, server = SocketIO.client(), SocketIO.server(sid="s")
    number = client.emit(name, arguments, ack=ack)
    received: list[Any] = []
    for _ in range(3):
        for text in server.take_outgoing():
            client.receive(text)
        for text in client.take_outgoing():
            received += server.receive(text)
    assert [(name, tuple(arguments), number)] == [(e.name, e.arguments, e.ack_id) for e in received[1:]]
