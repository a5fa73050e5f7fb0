"""Who asks for a token: the body of `POST /rooms/{room_id}/tokens`. Pure.

Source: server-api.md section 6; the codes of this route are not documented, ours are those of the rooms route.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bots.server.provisioning.refusal import ApiRefusal
from bots.server.provisioning.rooms import NAME_MISSING
from bots.server.provisioning.settings import INVALID
from bots.server.provisioning.shapes import AnyObject, Choice, Reference, Shape, Text, Unfit

__all__ = ["VISITOR", "Visitor", "read_visitor"]

VISITOR: Mapping[str, Shape] = {
    "name": Text(is_needed=True),
    "role": Choice(("moderator", "participant", "viewer", "audience")),
    "user_ref": Reference(),
    "data": AnyObject(most_keys=5),
}
NEEDED = ("name", "role")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whom a token is for."""

    name: str
    role: str
    user_ref: str
    data: dict[str, Any]


def read_visitor(raw: object) -> Visitor:
    """Whom a request wants a token for; a part that is null is as if it were not there.

    Raises:
        ApiRefusal: something is missing or wrong.
    """
    if not isinstance(raw, Mapping):
        raise ApiRefusal(400, INVALID, "Invalid body", "The request body must be a JSON object.")
    read: dict[str, Any] = {"user_ref": "", "data": {}}
    for key, shape in VISITOR.items():
        code = NAME_MISSING if key == "name" else INVALID
        if raw.get(key) is None:
            if key in NEEDED:
                raise ApiRefusal(400, code, f"{key.capitalize()} missing", f'A token needs "{key}".')
            continue
        try:
            read[key] = shape.read(raw[key])
        except Unfit as error:
            raise ApiRefusal(400, code, f"Invalid {key}", f'"{key}" must be {error}.') from error
    return Visitor(**read)
