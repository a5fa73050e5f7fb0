"""The published description: whole, valid, and of the routes that there are."""

import json
from datetime import UTC, datetime
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from starlette.routing import Mount, Route

from bots.server.provisioning.openapi import openapi_document
from bots.server.provisioning.reports import Reports
from bots.server.provisioning.routes import BASES, ServerApiRoutes
from bots.server.recording.archive import Archive
from bots.server.rooms import Rooms
from bots.server.tokens import TokenMint

DOCUMENT = openapi_document("http://127.0.0.1:1/video/v2")


def routed() -> dict[str, set[tuple[str, str]]]:
    """Base -> what is routed below it, but the document itself and the refusal of everything else."""
    rooms = Rooms(TokenMint())
    archive = Archive(
        app_id="a", now=lambda: datetime(2026, 3, 30, tzinfo=UTC), new_hex=rooms.new_hex,
        base_url=str, notify=lambda *_, **__: None,
    )  # fmt: skip
    api = ServerApiRoutes(
        rooms, app_id="a", app_key="k", address=lambda: "127.0.0.1:1", perform=lambda _: None,
        now=lambda: datetime(2026, 3, 30, tzinfo=UTC), calls=Reports(), archive=archive,
    )  # fmt: skip
    found = {}
    for mount in api.routes():
        assert isinstance(mount, Mount)
        routes = [route for route in mount.routes if isinstance(route, Route) and ":path" not in route.path]
        found[mount.path] = {
            (route.path, method.lower())
            for route in routes
            for method in (route.methods or set()) - {"HEAD"}
            if route.path != "/openapi.json"
        }
    return found


def test_every_route_is_described_and_every_description_routed() -> None:
    described = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}
    assert dict.fromkeys(BASES, described) == routed()


def test_every_reference_leads_somewhere() -> None:
    names = {part.split('"')[0] for part in json.dumps(DOCUMENT).split("#/components/schemas/")[1:]}
    assert names == set(DOCUMENT["components"]["schemas"])


def test_every_schema_is_one() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_has_an_id_of_its_own_and_says_what_refuses_it() -> None:
    operations: list[dict[str, Any]] = [one for item in DOCUMENT["paths"].values() for one in item.values()]
    assert len(operations) == len({one["operationId"] for one in operations})
    assert all({"200", "401"} <= one["responses"].keys() for one in operations)
