"""Room objects of the Server API: what makes one, what may be changed, when people may come. Pure.

Source: server-api.md sections 2, 3 and 5.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bots.server.provisioning.refusal import ApiRefusal
from bots.server.provisioning.settings import INVALID, KEPT_FOR_LIFE, SETTINGS, read_settings, renamed, starts_at
from bots.server.provisioning.shapes import AnyObject, Reference, Shape, Text, Unfit

__all__ = ["BODY", "ROOM_ID_BYTES", "changed_room_body", "check_open", "new_room_body", "refuse_late_change"]

ROOM_ID_BYTES = 12  # 24 hex digits, as the vendor's ids
OPENS_BEFORE = timedelta(minutes=15)
NAME_MISSING = 10002
TOO_EARLY_OR_LATE = 409


class _Sip:
    """`{"enabled": bool}`; whatever else a client repeats from a reply is not looked at."""

    def read(self, value: object) -> dict[str, Any]:
        if not isinstance(value, Mapping) or not isinstance(value.get("enabled", False), bool):
            raise Unfit('an object such as {"enabled": false}')
        return {"enabled": value.get("enabled", False)}

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "properties": {"enabled": {"type": "boolean"}}}

    def kept(self) -> dict[str, Any]:
        texts = {"pin": {"type": "string"}, "meeting_id": {"type": "string"}}
        return {"type": "object", "properties": {"enabled": {"type": "boolean"}, **texts}, "required": ["enabled"]}


BODY: Mapping[str, Shape] = {
    "name": Text(is_needed=True),
    "owner_ref": Reference(),
    "settings": AnyObject(),  # settings.py has them
    "sip": _Sip(),
    "data": AnyObject(),
}
NEEDED = ("name", "owner_ref", "settings")


def new_room_body(raw: object, now: datetime, *, room_id: str = "") -> dict[str, Any]:
    """The whole room object that a create request stands for; with a new id unless one is given.

    Raises:
        ApiRefusal: with the documented result code of what is missing or wrong.
    """
    body = _read(raw)
    for key in NEEDED:
        if key not in body:
            code = NAME_MISSING if key == "name" else INVALID
            raise ApiRefusal(400, code, f"{key.capitalize()} missing", f'A room needs "{key}".')
    return {
        "name": body["name"],
        "owner_ref": body["owner_ref"],
        "settings": read_settings(body["settings"]),
        "sip": _with_numbers(body.get("sip", {"enabled": False})),
        "data": body.get("data", {}),
        "created": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "room_id": room_id or secrets.token_hex(ROOM_ID_BYTES),
    }


def changed_room_body(body: Mapping[str, Any], raw: object) -> dict[str, Any]:
    """The room object after a PATCH request; what the request does not name stays.

    Raises:
        ApiRefusal: a value is wrong, or the setting is one that a room keeps for life.
    """
    change = _read(raw)
    given = renamed(change.get("settings", {}))
    for key in KEPT_FOR_LIFE:
        if key in given and given[key] != body["settings"][key]:
            desc = f"settings.{key} cannot be changed; make a new room."
            raise ApiRefusal(400, SETTINGS[key].code, f"Invalid {key}", desc)
    sip = {**body["sip"], **change["sip"]} if "sip" in change else body["sip"]
    return {**body, **change, "sip": _with_numbers(sip), "settings": read_settings({**body["settings"], **given})}


def check_open(body: Mapping[str, Any], now: datetime, *, is_in_session: bool, ends_at: datetime | None) -> None:
    """Whether somebody may get a token now: a scheduled room gives them from 15 minutes before its start.

    Args:
        body: the room object.
        is_in_session: somebody is in the room.
        ends_at: when its session, or the one that is planned, is over; None if nothing ends it.

    Raises:
        ApiRefusal: too early, or the room's time is over and nobody is in.
    """
    start = starts_at(body["settings"])
    if start is not None and now < start - OPENS_BEFORE:
        opens = (start - OPENS_BEFORE).strftime("%Y-%m-%d %H:%M:%S")
        raise ApiRefusal(
            TOO_EARLY_OR_LATE, TOO_EARLY_OR_LATE, "Room not open yet", f"The room gives tokens from {opens} UTC on."
        )
    if ends_at is not None and now >= ends_at and not is_in_session:
        over = ends_at.strftime("%Y-%m-%d %H:%M:%S")
        raise ApiRefusal(
            TOO_EARLY_OR_LATE, TOO_EARLY_OR_LATE, "Room is over", f"The room's time was over at {over} UTC."
        )


def refuse_late_change(body: Mapping[str, Any], now: datetime) -> None:
    """A scheduled room may be changed until 15 minutes before its start.

    Raises:
        ApiRefusal: it is later than that.
    """
    start = starts_at(body["settings"])
    if start is not None and now >= start - OPENS_BEFORE:
        desc = "A scheduled room can be changed until 15 minutes before its start; make a new room."
        raise ApiRefusal(TOO_EARLY_OR_LATE, TOO_EARLY_OR_LATE, "Too late to change", desc)


def _read(raw: object) -> dict[str, Any]:
    """What a request names of a room, each part checked but the settings."""
    if not isinstance(raw, Mapping):
        raise ApiRefusal(400, INVALID, "Invalid body", "The request body must be a JSON object.")
    body: dict[str, Any] = {}
    for key, shape in BODY.items():
        if key not in raw:
            continue
        try:
            body[key] = shape.read(raw[key])
        except Unfit as error:
            code = NAME_MISSING if key == "name" else INVALID
            raise ApiRefusal(400, code, f"Invalid {key}", f'"{key}" must be {error}.') from error
    return body


def _with_numbers(sip: Mapping[str, Any]) -> dict[str, Any]:
    """A room with sip has the numbers of its phone access in every reply; no telephone network is behind them here."""
    if not sip["enabled"]:
        return {"enabled": False}
    pin = sip.get("pin") or str(secrets.randbelow(900_000) + 100_000)
    return {"enabled": True, "pin": pin, "meeting_id": sip.get("meeting_id") or str(secrets.randbelow(10**9) + 10**9)}
