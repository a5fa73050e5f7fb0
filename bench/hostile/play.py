"""Says hostile messages to a real server over real sockets, while honest people in three rooms watch.

The hostile ones are participants in one room (with honest people), moderators of a second, or have no token at all.
What honest people hear is judged message by message: nothing of other rooms, nothing that only a moderator may cause,
no private line that is not for them. Every well-formed request of a connected client is answered.
"""

import base64
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed

from bench.hostile.messages import Message, Messages, Names
from tests.integration.server.raw import RawClient

__all__ = ["Report", "play"]

BURST = 12  # messages before a client looks what came back
PATIENCE_S = 60.0
MARKER = "for-nobody-else"
# what participants may cause in the room that they are in
HARMLESS = {
    "user-connected", "user-disconnected", "user-audio-muted", "user-audio-unmuted", "user-video-muted",
    "user-video-unmuted", "onDataStreamToRoom", "active-talkers-updated", "room-connected", "genericEvents",
    "CustomDataSaved", "CustomDataUpdated", "shareStarted", "shareStopped",
}  # fmt: skip
TO_MODERATORS = HARMLESS | {"userRoleManagementEvents"}


@dataclass(slots=True)
class Report:
    """What was said, and what should not have been."""

    said: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    closed: int = 0
    """Sockets that the server closed, as it should after what is no protocol."""
    faults: list[str] = field(default_factory=list)

    @property
    def messages(self) -> int:
        return self.said.total()


class _Hall:
    """The rooms, and who watches in them."""

    def __init__(self, address: str, api: httpx.AsyncClient) -> None:
        self.address = address
        self.api = api
        self.tokens: list[dict[str, Any]] = []
        self.honest: dict[str, RawClient] = {}
        self.rooms: list[str] = []

    async def room(self) -> str:
        settings = {"max_active_talkers": 4, "moderators": 5, "participants": 500}
        reply = await self.api.post("/rooms", json={"name": "R", "owner_ref": "o", "settings": settings})
        room_id: str = reply.json()["room"]["room_id"]
        self.rooms.append(room_id)
        return room_id

    async def enter(self, room_id: str, role: str, name: str) -> RawClient | None:
        """A client in the room; None if it is not let in (any more), because hostile moderators have locked it."""
        reply = await self.api.post(f"/rooms/{room_id}/tokens", json={"name": name, "role": role, "user_ref": name})
        fields = json.loads(base64.b64decode(reply.json()["token"]))
        client = await RawClient.open(self.address)
        word, answer = await client.ask("token", fields)
        if word != "success":
            await client.close()
            return None
        self.tokens.append(fields)
        client.client_id = answer["clientId"]
        return client

    async def watch(self, room_id: str, role: str, name: str) -> None:
        client = await self.enter(room_id, role, name)
        assert client is not None, f"{name} is not let in"
        self.honest[name] = client
        token = self.tokens.pop()  # who has it is this person; the hostile ones have seen all of it but the secret
        self.tokens.append({**token, "claim": {**token["claim"], "expiresAt": token["claim"]["expiresAt"] + 1}})


async def play(
    address: str, api: httpx.AsyncClient, *, seed: int, messages: int, tell: Callable[[int], None] = lambda _: None
) -> Report:
    """Say so many messages.

    Args:
        address: `host:port` of the server.
        api: its Server API.
        seed: of all choices.
        messages: how many at least.
        tell: is called with how many have been said, now and then.

    Raises:
        RuntimeError: an honest one is gone, so that nothing can be judged any more.
    """
    hall, report, rng = _Hall(address, api), Report(), random.Random(seed)
    mixed, theirs, quiet = [await hall.room() for _ in range(3)]
    for room_id, place in ((mixed, "mixed"), (quiet, "quiet")):
        await hall.watch(room_id, "moderator", f"{place} moderator")
        await hall.watch(room_id, "participant", f"{place} participant")
    source = Messages(seed, MARKER)
    rounds = 0
    while report.messages < messages:
        rounds += 1
        burst = min(BURST, messages - report.messages)
        which = rng.choices(("participant", "moderator", "stranger", "flood"), weights=(12, 6, 3, 1))[0]
        client = await _hostile(hall, which, mixed, theirs, rounds)
        await _say(report, client, [source.next(_names(hall, client)) for _ in range(burst)], which)
        await client.close()
        _judge(hall, report)
        tell(report.messages)
    await _farewell(hall, report, mixed)
    return report


async def _hostile(hall: _Hall, which: str, mixed: str, theirs: str, number: int) -> RawClient:
    if which in ("participant", "flood"):
        client = await hall.enter(mixed, "participant", f"hostile {number}")
        assert client is not None, "a participant locked a room"
        return client
    if which == "moderator" and (found := await hall.enter(theirs, "moderator", f"hostile {number}")) is not None:
        return found
    return await RawClient.open(hall.address)


def _names(hall: _Hall, client: RawClient) -> Names:
    honest = [one.client_id for one in hall.honest.values()]
    own = [_breakouts(client)] if _breakouts(client) else []
    return Names(
        client.client_id or "c-0", [*honest, "c-nobody"], [*hall.rooms, *own], hall.tokens[:8] + hall.tokens[-8:]
    )


def _breakouts(client: RawClient) -> str:
    """The last room that this client has made, if it has made any."""
    for answer in reversed(client.answers.values()):
        made = answer[0].get("msg") if answer and isinstance(answer[0], dict) else None
        if isinstance(made, dict) and made.get("rooms"):
            return str(made["rooms"][-1])
    return ""


async def _say(report: Report, client: RawClient, burst: list[Message], which: str) -> None:
    if which == "flood":
        burst = [one for one in burst if not one.is_fatal] * 5 or burst
    owed: list[int] = []
    was_fatal = False
    for message in burst:
        report.said[message.kind if which != "flood" else "flood"] += 1
        was_fatal = was_fatal or message.is_fatal
        try:
            await client.socket.send(message.frame)
        except ConnectionClosed:
            break
        if message.number is not None and not was_fatal:
            owed.append(message.number)
    if not await _is_answered(client) and client.close_code is None:
        report.faults.append(f"a {which} is not answered any more after {[one.frame[:80] for one in burst]}")
    if client.close_code is not None:
        report.closed += 1
        if not was_fatal and which != "moderator":
            report.faults.append(f"a {which} was cut off after {[one.frame[:80] for one in burst]}")
    missing = [number for number in owed if number not in client.answers]
    if missing and not (client.close_code is not None and was_fatal):
        report.faults.append(f"no answer to {missing} of a {which}: {[one.frame[:120] for one in burst]}")
    report.answered += len(owed) - len(missing)
    if which == "stranger" and client.told and not client.client_id:
        heard = {name for name, _ in client.told}
        if not heard <= {"room-connected", "active-talkers-updated"}:
            report.faults.append(f"a stranger heard {sorted(heard)}")


async def _is_answered(client: RawClient) -> bool:
    """Does the server still answer? False at once where it has closed the socket."""
    try:
        number = await client.say("pingBack", {})
        await client.until(lambda: number in client.answers or client.close_code is not None, limit_s=PATIENCE_S)
    except (TimeoutError, ConnectionClosed):
        return False
    return number in client.answers


def _judge(hall: _Hall, report: Report) -> None:
    """What honest people have heard since the last look."""
    for name, client in hall.honest.items():
        told, client.told = client.told, []
        for event, arguments in told:
            text = json.dumps(arguments)
            allowed = TO_MODERATORS if name == "mixed moderator" else HARMLESS
            if event not in allowed:
                report.faults.append(f"the {name} heard {event} {text[:200]}")
            elif MARKER in text and event == "onDataStreamToRoom" and not arguments[0].get("broadcast"):
                report.faults.append(f"the {name} heard a private line: {text[:200]}")
            elif name.startswith("quiet") and event not in (
                "room-connected",
                "active-talkers-updated",
                "user-connected",
            ):
                report.faults.append(f"the {name} heard {event} of another room: {text[:200]}")
        if client.close_code is not None:
            report.faults.append(f"the {name} was cut off: {client.close_code}")
    if any(client.close_code is not None for client in hall.honest.values()):
        raise RuntimeError(f"an honest person is gone: {report.faults}")


async def _farewell(hall: _Hall, report: Report, mixed: str) -> None:
    """Honest people are served as ever: they talk to each other, and a newcomer comes in."""
    mia, ann = hall.honest["mixed moderator"], hall.honest["mixed participant"]
    try:
        payload = {"msg": "still here?", "broadcast": True, "clients": [], "type": "chat"}
        (answer,) = await mia.ask("sendDataStreamToRoom", payload)
        await ann.hear("onDataStreamToRoom")
        before = {*await _listed(hall, mixed)}
        newcomer = await hall.enter(mixed, "participant", "Newcomer")
        if answer != {"result": 0} or newcomer is None:
            report.faults.append("honest people are not served any more")
        elif not {*await _listed(hall, mixed)} <= {*await _seen(newcomer)} <= before | {newcomer.client_id}:
            report.faults.append("a newcomer sees others than the Server API lists")
        if newcomer is not None:
            await newcomer.close()
    except (TimeoutError, ConnectionClosed) as error:
        report.faults.append(f"honest people are not served any more: {error!r}")
    _judge(hall, report)
    for client in hall.honest.values():
        await client.close()


async def _seen(client: RawClient) -> list[str]:
    return [one["clientId"] for one in (await client.hear("room-connected"))["userList"]]


async def _listed(hall: _Hall, room_id: str) -> list[str]:
    reply = await hall.api.get(f"/rooms/{room_id}/users")
    return [one["clientId"] for one in reply.json()["users"]]
