"""The events of a room."""

import dataclasses
import inspect

import bots.room.events as events_module
import bots.room.moderated as moderated_module
from bots.room import RoomEvent


def kinds() -> list[type[RoomEvent]]:
    modules = (events_module, moderated_module)
    found = {kind for module in modules for _, kind in inspect.getmembers(module, inspect.isclass)}
    return [kind for kind in found if issubclass(kind, RoomEvent) and kind is not RoomEvent]


def test_every_event_has_a_name_of_its_own() -> None:
    names = [kind.name for kind in kinds()]
    assert all(names)
    assert len(names) == len(set(names))


def test_every_event_is_a_frozen_value() -> None:
    for kind in kinds():
        assert dataclasses.is_dataclass(kind)
        assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]  # dataclasses does not type it


def test_the_modules_export_every_event() -> None:
    assert {kind.__name__ for kind in kinds()} <= {*events_module.__all__, *moderated_module.__all__}
