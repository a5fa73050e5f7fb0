"""The embedded server's rules without sockets: clients in memory, every notice they were told."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bots.server.breakouts import Breakouts
from bots.server.codes import Refused
from bots.server.desk import Desk
from bots.server.effects import Disconnect, Effect, Expire, GiveUp, Send, StopPublishing, Welcome
from bots.server.provisioning.rooms import new_room_body
from bots.server.rooms import Rooms
from bots.server.state import Room
from bots.server.tokens import Claim, TokenMint
from bots.server.welcome import room_meta, welcome
from bots.wire import (
    Answer,
    BreakoutDefinition,
    CreateBreakout,
    InviteToBreakout,
    JoinBreakout,
    Notice,
    PresentToken,
    Request,
    RoomConnected,
    read_answer,
)

NOW = 1_800_000_000.0


class FakeHouse:
    """Rooms, desk and breakouts on a fixed clock; `told` has what each client was told, in order."""

    def __init__(self, **settings: object) -> None:
        self.mint = TokenMint(b"s" * 32)
        self.rooms = Rooms(self.mint)
        self.now = NOW
        self.breakouts = Breakouts(
            self.rooms, clock_s=lambda: self.now, token_for=self.token_text, rng=random.Random(7)
        )
        self.desk = Desk(self.rooms, self.breakouts)
        self.told: dict[str, list[Notice]] = {}
        self.cut: list[str] = []
        self.silenced: list[str] = []
        self.kept: list[GiveUp] = []
        self.losses: list[Expire] = []
        self.claims: dict[str, Claim] = {}
        self._numbers = iter(range(1, 10_000))
        self.room = self.new_room(**settings)

    def new_room(self, **settings: object) -> Room:
        raw = {"name": "Room", "owner_ref": "o", "settings": {"max_active_talkers": 4, "moderators": 3, **settings}}
        body = new_room_body(raw, datetime.fromtimestamp(NOW, UTC))
        return self.rooms.add(Room(body["room_id"], body))

    def token_text(self, claim: Claim, room: Room) -> str:
        self.claims[claim.token_id] = claim
        return self.mint.mint(claim, host="127.0.0.1:1", secure=False, room=room_meta(room))

    def token(self, role: str = "participant", *, room: Room | None = None, name: str = "Ann") -> dict[str, Any]:
        """The decoded fields of a fresh token."""
        claim = Claim(
            token_id=f"t{next(self._numbers)}", room_id=(room or self.room).room_id, name=name, role=role,
            user_ref=f"ref-{name}", expires_at=self.now + 900,
        )  # fmt: skip
        return self.fields(self.mint.mint(claim, host="127.0.0.1:1", secure=False, room={"settings": {}}))

    @staticmethod
    def fields(token: str) -> dict[str, Any]:
        import base64
        import json

        fields: dict[str, Any] = json.loads(base64.b64decode(token))
        return fields

    def enter(self, role: str = "participant", *, name: str = "Ann", **more: object) -> str:
        """A new client in the room; its id."""
        return self.present({**self.token(role, name=name), **more})

    def present(self, fields: dict[str, Any]) -> str:
        """Present a token; the client id.

        Raises:
            Refused: as the server would.
        """
        admission = self.rooms.admit(PresentToken(fields=fields), self.now)
        for ghost in admission.ghosts:
            self.breakouts.succeed(admission.room, ghost, admission.member.client_id)
            self.perform(self.desk.leave(ghost))
        self.told.setdefault(admission.member.client_id, [])
        self.perform(admission.effects)
        if admission.was_here:
            self.perform(self.breakouts.returned(admission.room, admission.member))
        return admission.member.client_id

    def welcome(self, client_id: str) -> RoomConnected:
        """What this member is told of its room if it comes in now."""
        place = self.rooms.place_of(client_id)
        assert place is not None, f"{client_id} is in no room"
        return welcome(*place, probe_url="")

    def ask(self, client_id: str, request: Request) -> Answer:
        """A request as a client makes it; the answer as a client understands it."""
        reply = self.desk.handle(client_id, request, self.now)
        self.perform(reply.effects)
        return read_answer(reply.answer)

    def lose(self, client_id: str) -> None:
        """The client's socket is lost, just now."""
        self.perform(self.rooms.lose(client_id))

    def pass_grace(self) -> None:
        """The time of every loss so far is over: who has not come back is gone."""
        losses, self.losses = self.losses, []
        for loss in losses:
            if self.rooms.is_gone(loss):
                self.perform(self.desk.leave(loss.client_id, is_lost=True))

    def vanish(self, client_id: str) -> None:
        """The client's socket is lost, and it does not come back in time."""
        self.lose(client_id)
        self.pass_grace()

    def perform(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(client_id=client_id, notice=notice):
                    self.told.setdefault(client_id, []).append(notice)
                case Disconnect(client_id=client_id):
                    self.cut.append(client_id)
                case Welcome(client_id=client_id):
                    self.told[client_id].append(self.welcome(client_id))
                case StopPublishing(client_id=client_id):
                    self.silenced.append(client_id)
                case GiveUp():
                    self.kept.append(effect)
                case Expire():
                    self.losses.append(effect)

    def give_up(self, client_id: str) -> None:
        """The time of every place that is kept for this client of the parent is over."""
        over = [place for place in self.kept if place.client_id == client_id]
        self.kept = [place for place in self.kept if place.client_id != client_id]
        for place in over:
            self.perform(self.breakouts.give_up(place))

    def heard(self, client_id: str, kind: type[Notice]) -> list[Any]:
        """The notices of one kind that a client was told."""
        return [notice for notice in self.told[client_id] if isinstance(notice, kind)]

    # ---- the usual moves

    def open_breakout(self, moderator: str, *, capacity: int = 2) -> str:
        answer = self.ask(moderator, CreateBreakout(definition=BreakoutDefinition(participants=capacity)))
        assert answer.is_ok, answer
        room_id: str = answer.get("msg")["rooms"][0]
        return room_id

    def invite(self, moderator: str, room_id: str, *clients: str, force: bool | None = None) -> Answer:
        return self.ask(moderator, InviteToBreakout(room_id=room_id, clients=clients, force_join=force))

    def join(self, client_id: str, room_id: str, role: str = "participant") -> Answer:
        return self.ask(client_id, JoinBreakout(room_id=room_id, role=role))

    def go_inside(self, client_id: str, room_id: str) -> str:
        """Join a breakout room and connect to it; the client id inside."""
        answer = self.join(client_id, room_id)
        assert answer.is_ok, answer
        return self.present(self.fields(answer.get("token")))


def refusal_of(house: FakeHouse, fields: dict[str, Any]) -> Refused:
    """The refusal of a token that must be refused."""
    try:
        house.present(fields)
    except Refused as no:
        return no
    raise AssertionError("the token was accepted")
