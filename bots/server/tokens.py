"""Room tokens: base64 of JSON with a signed claim inside; they expire, and are bound to one room and role.

The SDK returns the whole token object, overwrites `version`, and on a reconnect `room`, `role` and `name`
(signalling.md sections 1 and 9.3). What counts therefore stands in `claim`, which no client touches.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bots.errors import WireError
from bots.wire import Record, wire_key

__all__ = ["LIFE_S", "Claim", "TokenMint"]

LIFE_S = 15 * 60  # documented: a token is good for 15 minutes (server-api.md section 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Record):
    """What the server signed: who may enter which room, as what, until when."""

    token_id: str = wire_key("tokenId")
    room_id: str = wire_key("roomId")
    name: str
    role: str
    user_ref: str = ""
    expires_at: float = wire_key("expiresAt")
    """Unix time, seconds; for the first use only."""
    parent_client_id: str = wire_key("parentClientId", "")
    """For a breakout room: who this is in the parent; otherwise empty."""
    data: dict[str, Any] = field(default_factory=dict)

    def is_for_whom(self, other: "Claim") -> bool:
        """Are both for the same person in the same place? Who has no `user_ref` is nobody that is known."""
        if self.parent_client_id or other.parent_client_id:
            return self.parent_client_id == other.parent_client_id
        mine, theirs = (self.user_ref, self.name, self.role), (other.user_ref, other.name, other.role)
        return bool(self.user_ref) and mine == theirs


class TokenMint:
    """Makes and checks tokens with one secret.

    Args:
        secret: at least 32 random bytes; a new one each start, so that no token outlives its server.
    """

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)

    def mint(self, claim: Claim, *, host: str, secure: bool, room: Mapping[str, Any]) -> str:
        """The token text: standard base64 of ASCII JSON.

        Args:
            claim: what the token stands for.
            host: `host:port` of the signalling socket, without a scheme.
            secure: whether that socket is wss.
            room: the room object of the Server API; its settings go in as `roomMeta` and `room`, the newer and the
                older place.
        """
        fields = {
            "host": host,
            "secure": secure,
            "tokenId": claim.token_id,
            "logId": claim.token_id,
            "service": "local",
            "version": "0.1",
            "room": {**room, "_id": claim.room_id},
            "roomMeta": {"settings": room.get("settings", {})},
            "claim": claim.write(),
            "signature": self._sign(claim.write()),
        }
        return base64.b64encode(json.dumps(fields, ensure_ascii=True).encode()).decode()

    def claim_of(self, fields: Mapping[str, Any]) -> Claim | None:
        """The claim in a presented token; None if it is missing, damaged or not signed by this mint."""
        claimed = fields.get("claim")
        signature = fields.get("signature")
        if not isinstance(claimed, Mapping) or not isinstance(signature, str):
            return None
        try:
            expected = self._sign(claimed)
            if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
                return None
            return Claim.read(claimed)
        except (WireError, TypeError, ValueError):
            return None

    def _sign(self, claim: Mapping[str, Any]) -> str:
        text = json.dumps(claim, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
