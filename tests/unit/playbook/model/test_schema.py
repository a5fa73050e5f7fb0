"""The JSON Schema says what the loader takes, and describes every key."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from bots.playbook import json_schema, read
from bots.playbook.reading.inputs import Inputs
from bots.playbook.reading.plain import plain
from bots.playbook.reading.source import parse
from tests.unit.playbook.lint.test_lint import SOUND
from tests.unit.playbook.texts import EVERYTHING, SMALLEST, unmarked, with_bot, with_rule, with_step, with_top

SCHEMA = json_schema()


def values_of(text: str) -> Any:
    """What an editor sees: YAML 1.2 values, inputs not put in."""
    return plain(parse(text, "t.yaml"), Inputs())


def properties_of(schema: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    """Every property of the schema, with the way to it."""
    if isinstance(schema, list):
        for index, part in enumerate(schema):
            yield from properties_of(part, f"{way}[{index}]")
    if isinstance(schema, dict):
        for key, part in schema.items():
            if key == "properties":
                yield from ((f"{way}.{name}", inner) for name, inner in part.items())
            yield from properties_of(part, f"{way}.{key}")


def test_the_schema_is_a_schema_of_draft_2020_12() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_key_has_a_description() -> None:
    found = list(properties_of(SCHEMA))
    assert len(found) > 100
    assert [] == [way for way, schema in found if not schema.get("description")]


def test_every_mapping_refuses_other_keys() -> None:
    def mappings(schema: Any) -> Iterator[Any]:
        for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
            yield from mappings(part)
        if isinstance(schema, dict) and isinstance(schema.get("properties"), dict) and "type" in schema:
            yield schema

    assert [] == [schema for schema in mappings(SCHEMA) if schema.get("additionalProperties") is not False]


@pytest.mark.parametrize("text", [EVERYTHING, SMALLEST, *SOUND], ids=range(len(SOUND) + 2))
def test_what_the_loader_takes_the_schema_takes(text: str) -> None:
    read(text, environment={"ROOM": "65f1", "NOT_SET": "65f1"}, inputs={"pupils": "3"} if "pupils:" in text else {})
    assert [] == [error.message for error in Draft202012Validator(SCHEMA).iter_errors(values_of(text))]


@pytest.mark.parametrize(
    "text",
    [
        with_top("rotatoins: {}"), with_bot("listens: yes"), with_bot("count: 0"), with_bot("role: modrator"),
        with_step("{sey: Hi}"), with_step("{say: Hi, to: everyone}"), with_step("{wait: 5}"), with_step("breakouts"),
        with_rule("{when: joined}"), with_rule("{when: jioned, do: [{say: Hi}]}"), with_top("expect: {jioned: 3}"),
        with_bot("invites: [{otherwise: maybe}]"), with_bot("microphone:"), with_top("bots: {Helper Bot: {}}"),
        with_top("").replace("playbook: 1\n", ""), with_step("{play: {file: bell, volume: 1}}"),
        with_step("{kind: say, text: Hi}"), with_bot("arrive: {at: {anchor: start}}"),
    ],
)  # fmt: skip
def test_what_the_loader_refuses_for_its_shape_the_schema_refuses(text: str) -> None:
    plain_text, _ = unmarked(text)
    assert not Draft202012Validator(SCHEMA).is_valid(values_of(plain_text))


def test_the_schema_is_the_same_every_time() -> None:
    assert SCHEMA == json_schema()
