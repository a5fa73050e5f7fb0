"""The OpenAPI 3.1 document of the Server API, made from the tables that the checks use. Pure."""

from collections.abc import Mapping
from typing import Any

from bots.server.provisioning.operations import OPERATIONS, SOUND, Operation
from bots.server.provisioning.rooms import BODY
from bots.server.provisioning.rooms import NEEDED as ROOM_NEEDS
from bots.server.provisioning.settings import settings_kept, settings_schema
from bots.server.provisioning.shapes import JsonSchema, Shape
from bots.server.provisioning.visitors import NEEDED as VISITOR_NEEDS
from bots.server.provisioning.visitors import VISITOR

__all__ = ["openapi_document"]

DAY: JsonSchema = {
    "type": "string",
    "pattern": r"^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$",  # of the later days it says nothing
    "description": "YYYY-MM-DD, UTC",
}
ANY_ID: JsonSchema = {"type": "string", "minLength": 1}
PARAMETERS: Mapping[str, JsonSchema] = {"room_id": ANY_ID, "conf_num": ANY_ID, "from": DAY, "to": DAY, "name": ANY_ID}
TEXT: JsonSchema = {"type": "string"}
PERMISSIONS = ("publish", "subscribe", "record", "stats", "controlhandlers")


def openapi_document(server_url: str) -> dict[str, Any]:
    """The document, for a server whose base address is `server_url`."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Server API of the embedded room server",
            "version": "2",
            "description": "The Server API of EnableX as the embedded room server has it; docs/server-api.md.",
        },
        "servers": [{"url": server_url}],
        "security": [{"basic": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic", "description": "APP_ID and APP_KEY"}},
            "schemas": _schemas(),
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.about,
        "responses": {
            "200": {
                "description": "Success",
                "content": {SOUND: {"schema": {}}} if operation.reply == SOUND else _json(operation.reply),
            },
            **{
                str(status): {"description": why, "content": _json("Refusal")}
                for status, why in {**operation.refusals, 401: "Wrong credentials"}.items()
            },
        },
    }
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    if names:
        described["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": PARAMETERS[name]} for name in names
        ]
    if operation.body:
        described["requestBody"] = {"required": True, "content": _json(operation.body)}
    return described


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _ref(schema: str) -> JsonSchema:
    return {"$ref": f"#/components/schemas/{schema}"}


def _schemas() -> dict[str, JsonSchema]:
    room = {key: shape.schema() for key, shape in BODY.items()}
    texts = {key: {"type": "string"} for key in ("created", "room_id")}
    return {
        "NewRoom": _object({**room, "settings": settings_schema()}, ROOM_NEEDS),
        "RoomChange": _object({**room, "settings": settings_schema(is_change=True)}, ()),
        "Room": _object({**_kept(BODY), "settings": settings_kept(), **texts}, (*BODY, *texts)),
        "Visitor": _object({key: _or_null(key, shape) for key, shape in VISITOR.items()}, VISITOR_NEEDS),
        "User": _object(
            {
                **{key: {"type": "string"} for key in ("name", "user_ref", "role", "clientId")},
                "permissions": _object({key: {"type": "boolean"} for key in PERMISSIONS}, PERMISSIONS),
            },
            ("name", "user_ref", "role", "clientId", "permissions"),
        ),
        "Done": _success({}),
        "RoomReply": _success({"room": _ref("Room")}),
        "RoomsReply": _success({"rooms": {"type": "array", "items": _ref("Room")}}),
        "UsersReply": _success({"total": {"type": "integer"}, "users": {"type": "array", "items": _ref("User")}}),
        "TokenReply": _success({"token": {"type": "string"}}),
        "Call": _call(),
        "Calls": _report("cdr", "Call"),
        "Recording": _recording(),
        "Archive": _report("archive", "Recording"),
        "Refusal": _object(
            {"result": {"type": "integer"}, "error": {"type": "string"}, "desc": {"type": "string"}},
            ("result", "error", "desc"),
        ),
    }


def _call() -> JsonSchema:
    texts = ("trans_date", "conf_num", "call_num", "call_log_id", "cdr_id", "app_id")
    times = {"connect_dt": TEXT, "disconnect_dt": TEXT, "duration": {"type": "integer"}}
    user = dict.fromkeys(("ip", "name", "role", "ref", "agent", "token", "confName"), TEXT)
    tracks = {**{key: {"type": "boolean"} for key in ("audio", "data", "video", "screen")}, "url": TEXT}
    parts: dict[str, dict[str, JsonSchema]] = {
        "room": {"room_id": TEXT, **times},
        "user": user,
        "sigserver": {**times, "ip": TEXT, "hold_duration": {"type": "integer"}},
        "published_track": tracks,
        "usage": {key: {"type": "number"} for key in ("published_minutes", "subscribed_minutes")},
    }
    described = {key: _object(fields, tuple(fields)) for key, fields in parts.items()}
    return _object({**dict.fromkeys(texts, TEXT), **described}, (*texts, *parts))


def _recording() -> JsonSchema:
    texts = ("_id", "trans_date", "conf_num", "app_id", "room_id")
    files: JsonSchema = {"type": "array", "items": _object({"url": TEXT}, ("url",))}
    of_a_file = {"url": TEXT, "duration": {"type": "number"}, "file_size": {"type": "integer"}}
    lists: dict[str, JsonSchema] = {
        "recording": files,
        "transcoded": files,
        "chatdata": {"type": "array"},
        "metadata": {"type": "array", "items": _object(of_a_file, tuple(of_a_file))},
    }
    return _object({**dict.fromkeys(texts, TEXT), **lists}, (*texts, *lists))


def _report(key: str, item: str) -> JsonSchema:
    """The reports say their result as a text (server-api.md section 2)."""
    return _object({"result": {"const": "0"}, key: {"type": "array", "items": _ref(item)}}, ("result", key))


def _kept(shapes: Mapping[str, Shape]) -> dict[str, JsonSchema]:
    return {key: shape.kept() for key, shape in shapes.items()}


def _or_null(key: str, shape: Shape) -> JsonSchema:
    return shape.schema() if key in VISITOR_NEEDS else {"anyOf": [shape.schema(), {"type": "null"}]}


def _success(properties: Mapping[str, JsonSchema]) -> JsonSchema:
    return _object({"result": {"const": 0}, **properties}, ("result", *properties))


def _object(properties: Mapping[str, JsonSchema], required: tuple[str, ...]) -> JsonSchema:
    return {"type": "object", "properties": dict(properties), "required": list(required)}
