"""What travels between processes comes out as it went in, of whichever kind it is."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import TypeAdapter

from bots.bot import BotEvent, BreakoutEntered, ClipPlay, Command, PlayFinished, Said
from bots.fleet.parcels import pack, unpack_command, unpack_event

AT = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
VALUES: dict[Any, Any] = {
    str: "x", int: 3, float: 1.5, bool: True, datetime: AT, ClipPlay: ClipPlay(name="bell", path="/bell.wav"),
    dict[str, str]: {"red": "br-1"}, tuple[str, ...]: ("a", "b"), tuple[tuple[str, str], ...]: (("ana", "luis"),),
}  # fmt: skip


def example_of(kind: Any) -> Any:
    """One of a kind, with a value in every field."""
    hints = get_type_hints(kind)
    return kind(**{one.name: value_of(hints[one.name]) for one in fields(kind)})


def value_of(hint: Any) -> Any:
    """A value of a type; of a choice, one of the first that is offered."""
    if hint in VALUES:
        return VALUES[hint]
    first = get_args(hint)[0]
    return VALUES.get(first, first)  # a literal's value stands for itself


@pytest.mark.parametrize("kind", [*get_args(Command), *get_args(BotEvent)], ids=lambda kind: str(kind.__name__))
def test_every_command_and_event_survives_the_way(kind: Any) -> None:
    value = example_of(kind)
    packed = json.loads(json.dumps(pack(value)))
    unpack = unpack_command if kind in get_args(Command) else unpack_event
    assert value == unpack(packed)
    assert kind is type(unpack(packed))


def test_two_events_with_the_same_values_stay_apart() -> None:
    for event in (Said(bot_id="a", room_id="r"), BreakoutEntered(bot_id="a", room_id="r")):
        assert type(event) is type(unpack_event(pack(event)))


def test_a_play_that_ended_is_all_there() -> None:
    clip = ClipPlay(name="bell", path="/bell.wav", fade_out_s=0.5, is_ducked=True)
    played = PlayFinished(
        bot_id="a", play_id="a/1", clip=clip, room_id="r", is_breakout=True, since=AT, until=AT, packets=5,
        delivered=None, outcome="stopped",
    )  # fmt: skip
    assert played == unpack_event(pack(played))
    assert TypeAdapter(ClipPlay).validate_python(pack(played)[1]["clip"]) == clip
