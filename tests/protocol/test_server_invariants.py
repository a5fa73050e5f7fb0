"""Whatever clients do, in whatever order: the server's rules hold, and nothing but an answer comes back."""

import random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bots.errors import WireError
from bots.server import Room
from bots.server.codes import Refused
from bots.wire import PresentToken, read_request
from tests.examples import examples
from tests.fakes.house import FakeHouse

CAPACITY = 3
SLOTS = 4
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
EVENTS = [
    "create-breakout-room",
    "create-invite-breakout-room",
    "invite-breakout-room",
    "join-breakout-room",
    "drop",
    "muteRoom",
    "unMuteRoom",
    "user-joined-breakout-room",
    "reject-breakout-room",
    "destroy-breakout-rooms",
    "room-muted",
    "room-unmuted",
    "hardmute-user-audio",
    "hardunmute-user-audio",
    "user-audio-muted",
    "user-audio-unmuted",
    "sendDataStreamToRoom",
    "setNumberOfTalker",
    "anything-else",
]


class Clients(RuleBasedStateMachine):
    """Up to a dozen clients, of which some are moderators, doing what the protocol lets them try."""

    def __init__(self) -> None:
        super().__init__()
        self.house = FakeHouse(max_active_talkers=SLOTS, participants=12)
        self.tokens: list[dict[str, Any]] = []
        self.rng = random.Random(0)

    # ---- what clients do

    @rule(role=st.sampled_from(("moderator", "participant")))
    def come(self, role: str) -> None:
        fields = self.house.token(role)
        assert self.present(fields) in (0, 2101, 2102)

    @precondition(lambda self: self.clients())
    @rule(pick=st.integers(0, 99), event=st.sampled_from(EVENTS), data=JSON)
    def try_anything(self, pick: int, event: str, data: Any) -> None:
        self.ask(pick, event, data)

    @precondition(lambda self: self.clients())
    @rule(pick=st.integers(0, 99), rooms=st.integers(0, 4))
    def create(self, pick: int, rooms: int) -> None:
        self.ask(pick, "create-breakout-room", {"participants": CAPACITY, "max_rooms": rooms})

    @precondition(lambda self: self.breakouts())
    @rule(pick=st.integers(0, 99), room=st.integers(0, 99), force=st.booleans())
    def invite_everybody(self, pick: int, room: int, force: bool) -> None:
        target = self.breakouts()[room % len(self.breakouts())]
        clients = list(self.house.room.members)
        self.ask(pick, "invite-breakout-room", {"room_id": target.room_id, "clients": clients, "force_join": force})

    @precondition(lambda self: self.breakouts())
    @rule(pick=st.integers(0, 99), room=st.integers(0, 99))
    def join(self, pick: int, room: int) -> None:
        target = self.breakouts()[room % len(self.breakouts())]
        answer = self.ask(pick, "join-breakout-room", {"room_id": target.room_id, "role": "participant"})
        if answer is not None and answer.is_ok:
            self.tokens.append(self.house.fields(answer.get("token")))

    @precondition(lambda self: self.tokens)
    @rule(again=st.booleans())
    def use_a_breakout_token(self, again: bool) -> None:
        fields = self.tokens[0] if again else self.tokens.pop(0)
        assert self.present(fields) in (0, 4118)

    @precondition(lambda self: self.clients())
    @rule(pick=st.integers(0, 99))
    def vanish(self, pick: int) -> None:
        self.house.vanish(self.client(pick))

    @precondition(lambda self: self.clients())
    @rule(pick=st.integers(0, 99))
    def lose(self, pick: int) -> None:
        self.house.lose(self.client(pick))

    @rule()
    def pass_grace(self) -> None:
        self.house.pass_grace()

    @rule()
    def cut_whom_the_server_wants_gone(self) -> None:
        while self.house.cut:
            self.house.vanish(self.house.cut.pop())

    # ---- what holds

    @invariant()
    def nobody_is_in_two_breakouts(self) -> None:
        inside = [
            client
            for room in self.breakouts()
            for client in self.part(room).members | self.part(room).joining | self.part(room).lost
        ]
        gone = {client for client in inside if client not in self.house.room.members}
        present = [client for client in inside if client not in gone]
        assert len(present) == len(set(present))

    @invariant()
    def no_breakout_is_overfull_and_there_are_ten_at_most(self) -> None:
        assert len(self.breakouts()) <= 10
        for room in self.breakouts():
            assert self.part(room).taken <= self.part(room).capacity

    @invariant()
    def every_connection_is_in_one_room_and_known_there(self) -> None:
        for room in (self.house.room, *self.breakouts()):
            for client, member in room.members.items():
                assert (room, member) == self.house.rooms.place_of(client)

    @invariant()
    def breakout_members_are_the_connections_inside(self) -> None:
        for room in self.breakouts():
            assert set(self.part(room).members.values()) == set(room.members)

    # ---- help

    def present(self, fields: dict[str, Any]) -> int:
        """The result of presenting a token; 0 is success."""
        try:
            self.house.present(fields)
        except Refused as no:
            return no.result
        return 0

    def clients(self) -> list[str]:
        return [client for room in (self.house.room, *self.breakouts()) for client in room.members]

    def client(self, pick: int) -> str:
        return self.clients()[pick % len(self.clients())]

    def breakouts(self) -> list[Room]:
        found = (self.house.rooms.get(room_id) for room_id in self.house.room.breakout_ids)
        return [room for room in found if room is not None]

    @staticmethod
    def part(room: Room) -> Any:
        assert room.breakout is not None
        return room.breakout

    def ask(self, pick: int, event: str, data: Any) -> Any:
        if not self.clients():
            return None
        try:
            request = read_request(event, [data])
        except WireError:
            return None
        assert not isinstance(request, PresentToken)
        return self.house.ask(self.client(pick), request)


Clients.TestCase.settings = settings(examples(25), stateful_step_count=40, suppress_health_check=list(HealthCheck))
TestClients = Clients.TestCase
