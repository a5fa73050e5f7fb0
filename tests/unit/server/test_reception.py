"""What the reception tells whom, and in which order, when requests come one straight after another."""

import asyncio
from typing import Any

import pytest

from bots.server.reception import Reception
from bots.wire import (
    AnnounceBreakoutJoin,
    Answer,
    BreakoutDefinition,
    BreakoutUserJoined,
    BreakoutUserLeft,
    CreateBreakout,
    Drop,
    HardMuteRoom,
    InviteToBreakout,
    JoinBreakout,
    Notice,
    PresentToken,
    Request,
    Signal,
    UserAudioMuted,
    UserConnected,
    UserDisconnected,
    read_answer,
)
from tests.fakes.house import FakeHouse


class NoMedia:
    """Carries nothing."""

    def enter(self, client_id: str) -> None: ...
    def forget(self, client_id: str) -> None: ...
    def knows_slot(self, client_id: str, stream_id: int) -> bool:
        return False

    def publish(self, client_id: str, *, is_share: bool = False) -> int:
        return 900_000_001

    def unpublish(self, client_id: str, stream_id: int) -> None: ...
    def unsubscribe(self, client_id: str, stream_id: int) -> None: ...
    def signal(self, client_id: str, request: Signal) -> None: ...
    def update_around(self, client_id: str) -> None: ...


class FakeLine:
    """A client's line that keeps what is said on it."""

    client_id = ""
    address = "127.0.0.1"
    agent = ""

    def __init__(self) -> None:
        self.told: list[Notice] = []

    def send(self, notice: Notice) -> None:
        self.told.append(notice)

    def part(self) -> None: ...
    def end(self) -> None: ...


class Desk:
    """A reception with clients that say one thing after another, without letting the loop run in between."""

    def __init__(self) -> None:
        self.house = FakeHouse()
        self.reception = Reception(
            self.house.rooms, NoMedia(), token_for=self.house.token_text, now_s=lambda: self.house.now,
            probe_url=lambda: "",
        )  # fmt: skip

    def enter(self, role: str = "participant", *, name: str = "Ann") -> FakeLine:
        return self.present(self.house.token(role, name=name))

    def present(self, fields: dict[str, Any]) -> FakeLine:
        line = FakeLine()
        answer, line.client_id = self.reception.enter(line, PresentToken(fields=fields))
        assert "success" == answer[0], answer
        self.reception.entered(line.client_id)
        return line

    def ask(self, line: FakeLine, request: Request) -> Answer:
        answers: list[Answer] = []
        self.reception.answer(line.client_id, request, None, lambda values: answers.append(read_answer(values)))
        (answer,) = answers
        return answer


async def test_who_leaves_at_once_is_told_to_have_come_before_it_is_told_to_have_gone() -> None:
    desk = Desk()
    ben = desk.enter(name="Ben")
    ann = desk.enter(name="Ann")
    desk.ask(ann, Drop(is_self=True))
    told = [one for one in ben.told if isinstance(one, UserConnected | UserDisconnected)]
    assert [UserConnected, UserDisconnected] == [type(one) for one in told]


async def test_a_newcomer_is_known_to_the_others_before_they_hear_that_it_is_muted() -> None:
    desk = Desk()
    mia, ben = desk.enter("moderator", name="Mia"), desk.enter(name="Ben")
    ann = desk.enter(name="Ann")
    desk.ask(mia, HardMuteRoom())
    about_ann = [
        type(one)
        for one in ben.told
        if (isinstance(one, UserConnected) and one.user.client_id == ann.client_id)
        or (isinstance(one, UserAudioMuted) and one.client_id == ann.client_id)
    ]
    assert [UserConnected, UserAudioMuted] == about_ann


async def test_who_is_back_in_a_breakout_is_told_to_be_there_though_its_page_does_not_say_so_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bots.server.rooms.GRACE_S", 0.0)
    desk = Desk()
    mia, ann = desk.enter("moderator", name="Mia"), desk.enter(name="Ann")
    made = desk.ask(mia, CreateBreakout(definition=BreakoutDefinition(participants=2)))
    (room_id,) = made.get("msg")["rooms"]
    desk.ask(mia, InviteToBreakout(room_id=room_id, clients=(ann.client_id,)))
    fields = desk.house.fields(desk.ask(ann, JoinBreakout(room_id=room_id, role="participant")).get("token"))
    inside = desk.present(fields)
    desk.ask(ann, AnnounceBreakoutJoin(name="R"))
    desk.reception.gone(inside, inside.client_id)
    async with asyncio.timeout(10):
        while not any(isinstance(one, BreakoutUserLeft) for one in mia.told):
            await asyncio.sleep(0)
    desk.present({**fields, "isReconnecting": True, "oldClientIdForReconnect": inside.client_id})
    assert isinstance(mia.told[-1], BreakoutUserJoined)
    desk.ask(ann, AnnounceBreakoutJoin(name="R"))  # SDK 2.3.16 says so, too
    told = [type(one) for one in mia.told if isinstance(one, BreakoutUserJoined | BreakoutUserLeft)]
    assert [BreakoutUserJoined, BreakoutUserLeft, BreakoutUserJoined] == told
