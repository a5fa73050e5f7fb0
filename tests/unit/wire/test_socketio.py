"""The Socket.IO conversation, both sides."""

import pytest

from bots.errors import WireError
from bots.wire import Ack, Closed, Connected, Event, Incoming, Opened, Ping, Pong, SocketIO


def deliver(sender: SocketIO, receiver: SocketIO) -> list[Incoming]:
    return [item for text in sender.take_outgoing() for item in receiver.receive(text)]


def connected_pair() -> tuple[SocketIO, SocketIO]:
    client, server = SocketIO.client(), SocketIO.server(sid="s-1")
    deliver(server, client)
    deliver(client, server)
    deliver(server, client)
    return client, server


def test_a_client_and_a_server_connect() -> None:
    client, server = SocketIO.client(), SocketIO.server(sid="s-1", ping_interval_s=2.5, ping_timeout_s=2)
    assert [Opened("s-1", 2.5, 2.0)] == deliver(server, client)
    assert [Connected("s-1")] == deliver(client, server)
    assert [Connected("s-1")] == deliver(server, client)
    assert client.is_connected
    assert server.is_connected


def test_what_a_client_emits_early_is_held_until_the_namespace_is_connected() -> None:
    client, server = SocketIO.client(), SocketIO.server(sid="s-1")
    client.emit("token", [{"room": "r"}], ack=True)
    assert () == client.take_outgoing()
    deliver(server, client)
    assert [Connected("s-1")] == deliver(client, server)
    assert [Connected("s-1")] == deliver(server, client)
    assert [Event("token", ({"room": "r"},), 0)] == deliver(client, server)


def test_what_a_server_emits_early_follows_the_connect_packet() -> None:
    client, server = SocketIO.client(), SocketIO.server(sid="s-1")
    server.emit("hello", [])
    deliver(server, client)
    deliver(client, server)
    assert [Connected("s-1"), Event("hello", ())] == deliver(server, client)


@pytest.mark.parametrize("arguments", [(), (1,), ({"a": [None, True]}, None), ("¡hola 世界 🎈\u2028",)])
def test_arguments_arrive_as_they_were_sent(arguments: tuple[object, ...]) -> None:
    client, server = connected_pair()
    assert None is client.emit("an event", arguments)
    server.emit("back", arguments)
    assert [Event("an event", arguments)] == deliver(client, server)
    assert [Event("back", arguments)] == deliver(server, client)


@pytest.mark.parametrize("arguments", [(), ("success", {"result": 0}), (None, "reason")])
def test_acks_carry_several_arguments_both_ways(arguments: tuple[object, ...]) -> None:
    client, server = connected_pair()
    for asking, answering in ((client, server), (server, client)):
        number = asking.emit("ask", [1], ack=True)
        assert [Event("ask", (1,), number)] == deliver(asking, answering)
        assert number is not None
        answering.acknowledge(number, arguments)
        assert [Ack(number, arguments)] == deliver(answering, asking)


def test_every_request_has_its_own_ack_id() -> None:
    client, _ = connected_pair()
    assert [0, 1, 2] == [client.emit("ask", [], ack=True) for _ in range(3)]


def test_a_client_answers_a_ping_by_itself() -> None:
    client, server = connected_pair()
    server.ping()
    assert [Ping()] == deliver(server, client)
    assert [Pong()] == deliver(client, server)


def test_a_pong_repeats_what_the_ping_carried() -> None:
    client, _ = connected_pair()
    client.receive("2probe")
    assert ("3probe",) == client.take_outgoing()


@pytest.mark.parametrize("text", ["1", "41"])
def test_the_end_is_told_once_and_nothing_is_said_after_it(text: str) -> None:
    client, _ = connected_pair()
    [closed] = client.receive(text)
    assert isinstance(closed, Closed)
    client.emit("late", [])
    client.ping()
    client.close()
    assert () == client.take_outgoing()
    assert [] == client.receive('42["late"]')


def test_closing_tells_the_peer() -> None:
    client, server = connected_pair()
    client.close()
    assert [Closed("the peer disconnected")] == deliver(client, server)
    assert server.is_closed


def test_a_refused_namespace_ends_the_conversation_with_the_reason() -> None:
    client, server = SocketIO.client(), SocketIO.server(sid="s-1")
    deliver(server, client)
    assert [Closed("the server refused the connection: not you")] == client.receive('44{"message":"not you"}')


def test_the_default_namespace_may_be_named() -> None:
    _, server = connected_pair()
    assert [Event("a", (1,), 12)] == server.receive('42/,12["a",1]')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "5",
        "9",
        "b4AQID",
        "0{}",
        "40",
        "42",
        "42{}",
        "42[]",
        "42[1]",
        '42["a"',
        '42["a",NaN]',
        '43["no id"]',
        "431{}",
        '44{"message":"only a server says this"}',
        '42/other,["a"]',
        '42["a",' + "[" * 5000 + "]" * 5000 + "]",
        "42" + "1" * 50 + '["a"]',
        '451-["binary",{"_placeholder":true,"num":0}]',
        "461-0[]",
        "47",
    ],
)
def test_a_server_refuses_what_breaks_the_protocol(text: str) -> None:
    _, server = connected_pair()
    with pytest.raises(WireError):
        server.receive(text)


@pytest.mark.parametrize("text", ["40", '42["early"]', "0", '0{"sid":"x"}'])
def test_a_client_refuses_anything_before_a_good_open_packet(text: str) -> None:
    with pytest.raises(WireError):
        SocketIO.client().receive(text)


def test_a_client_refuses_a_server_of_an_older_protocol() -> None:
    client, server = SocketIO.client(), SocketIO.server(sid="s-1")
    deliver(server, client)
    with pytest.raises(WireError, match="older"):
        client.receive("40")


def test_an_argument_that_is_no_json_is_refused_before_anything_is_queued() -> None:
    client, _ = connected_pair()
    with pytest.raises(WireError):
        client.emit("a", [b"bytes"], ack=True)
    with pytest.raises(WireError):
        client.acknowledge(1, [float("nan")])
    assert () == client.take_outgoing()
    assert 0 == client.emit("b", [], ack=True)
