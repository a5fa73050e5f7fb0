"""The JSON Schema (2020-12) of a playbook's YAML, made from the models, for editors and for other programs.

The models' own schema knows the canonical form (`kind`, all fields); this one knows what people write: steps and
triggers named by their key, short forms, no nulls, and `{inputs.name}` where a number or a duration belongs.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bots.playbook.model.cast import InvitePolicy
from bots.playbook.model.playbook import Playbook
from bots.playbook.model.steps.step import STEPS
from bots.playbook.model.triggers import TRIGGERS
from bots.playbook.values.shape import Frozen

__all__ = ["json_schema"]

Schema = dict[str, Any]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_INPUT: Schema = {"type": "string", "pattern": r"\{\s*inputs\.[^{}]+\}", "description": "An input's value."}
_NEEDS_INPUT = ("enum", "const", "pattern")


def json_schema() -> Schema:
    """The schema of a playbook, as plain JSON values; the same every time."""
    raw = Playbook.model_json_schema(by_alias=True)
    models = {model.__name__: model for model in _models(Frozen)}
    definitions = {name: _definition(schema, models.get(name)) for name, schema in raw.pop("$defs").items()}
    definitions["Step"] = _single_keys(STEPS, "One thing to do.")
    definitions["Trigger"] = _single_keys(TRIGGERS, "What a rule waits for.")
    definitions["InvitePolicy"] = _invites(definitions["InvitePolicy"])
    definitions["InputUse"] = _INPUT
    root = _definition(raw, Playbook)
    root["required"] = ["playbook", *root["required"]]
    root["properties"]["roster"] = _roster(root["properties"]["roster"])
    return {"$schema": _DIALECT, "title": "Playbook", **root, "$defs": dict(sorted(definitions.items()))}


def _models(model: type[Frozen]) -> list[type[Frozen]]:
    return [model, *(below for inner in model.__subclasses__() for below in _models(inner))]


def _definition(schema: Schema, model: type[Frozen] | None) -> Schema:
    """A model's schema as people write it: without what the loader adds, with its short form."""
    if model is None or "properties" not in schema:
        found: Schema = _cleaned(schema)
        return found
    keys = model.yaml_keys()
    properties = {key: _cleaned(value) for key, value in schema["properties"].items() if key in keys}
    required = [key for key in schema.get("required", []) if key in keys]
    whole: Schema = {"type": "object", "description": _first_line(model), "properties": properties}
    whole |= {"required": required} if required else {}
    whole["additionalProperties"] = False
    if not model.short:
        return whole
    short = next(key for key, name in keys.items() if model.short in (name, key))
    value = {key: part for key, part in properties[short].items() if key != "default"}
    return {"description": _first_line(model), "anyOf": [value, whole]}


def _first_line(model: type[Frozen]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def _cleaned(schema: Any) -> Any:
    """Without titles, nulls and defaults that YAML cannot write; with inputs where a typed value belongs."""
    if isinstance(schema, list):
        return [_cleaned(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kinds = schema.get("discriminator", {}).get("mapping", {})
    if "say" in kinds or "joined" in kinds:
        union = "Step" if "say" in kinds else "Trigger"
        outer = {key: schema[key] for key in ("description",) if key in schema}
        return {**outer, "$ref": f"#/$defs/{union}"}
    found: Schema = {}
    for key, value in schema.items():
        if key in ("title", "discriminator") or (key == "default" and not isinstance(value, (str, bool, int))):
            continue
        if key == "propertyNames":
            found[key] = value
            continue
        found[key] = {name: _cleaned(part) for name, part in value.items()} if key == "properties" else _cleaned(value)
    if "oneOf" in found:  # a text that may be a moment or a condition is one of both only by its words
        found["anyOf"] = found.pop("oneOf")
    if "patternProperties" in found:
        found["additionalProperties"] = False
    return _with_input(_without_null(found))


def _without_null(schema: Schema) -> Schema:
    choices = schema.get("anyOf")
    if not choices:
        return schema
    left = [choice for choice in choices if choice != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**left[0], **rest} if len(left) == 1 else {**rest, "anyOf": left}


def _with_input(schema: Schema) -> Schema:
    """`count: "{inputs.pupils}"` is allowed wherever a plain text would not be."""
    if schema.get("type") not in ("integer", "number", "boolean") and not any(key in schema for key in _NEEDS_INPUT):
        return schema
    outer: Schema = {key: schema[key] for key in ("description", "default", "examples") if key in schema}
    inner = {key: value for key, value in schema.items() if key not in outer}
    return {**outer, "anyOf": [inner, {"$ref": "#/$defs/InputUse"}]}


def _single_keys(kinds: Mapping[str, type[Frozen]], description: str) -> Schema:
    """One mapping with one key a kind; a kind that needs nothing may be a bare word."""
    choices: list[Schema] = []
    bare = [kind for kind, model in kinds.items() if _is_complete(model)]
    if bare:
        choices.append({"enum": bare, "description": "By its name alone."})
    for kind, model in kinds.items():
        reference: Schema = {"$ref": f"#/$defs/{model.__name__}"}
        if kind in model.yaml_keys():
            choices.append(reference)
            continue
        entry = {kind: {**reference, "description": _first_line(model)}}
        choices.append({"type": "object", "properties": entry, "required": [kind], "additionalProperties": False})
    return {"description": description, "anyOf": choices}


def _is_complete(model: type[Frozen]) -> bool:
    """Does it need no settings?"""
    try:
        model()
    except ValidationError:
        return False
    return True


def _roster(schema: Schema) -> Schema:
    """The list, or a file that has it."""
    file = {"type": "string", "pattern": r"\.csv$", "examples": ["9b.csv"]}
    people = {key: value for key, value in schema.items() if key not in ("description", "default")}
    return {"description": schema["description"], "anyOf": [file, people]}


def _invites(schema: Schema) -> Schema:
    """The list of invites: entries, and `otherwise` at its end."""
    otherwise = schema["properties"]["otherwise"]
    last = {"type": "object", "properties": {"otherwise": otherwise}, "required": ["otherwise"]}
    items = {"anyOf": [{"$ref": "#/$defs/InviteRule"}, {**last, "additionalProperties": False}]}
    return {"type": "array", "description": _first_line(InvitePolicy), "items": items}
