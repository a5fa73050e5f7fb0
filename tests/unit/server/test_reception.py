"""What the reception tells whom, and in which order, when requests come one straight after another."""

from typing import Any

from bots.server.reception import Reception
from bots.wire import Drop, HardMuteRoom, Notice, PresentToken, Signal, UserAudioMuted, UserConnected, UserDisconnected
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
        line = FakeLine()
        answer, line.client_id = self.reception.enter(line, PresentToken(fields=self.house.token(role, name=name)))
        assert "success" == answer[0], answer
        self.reception.entered(line.client_id)
        return line

    def ask(self, line: FakeLine, request: Any) -> None:
        self.reception.answer(line.client_id, request, None, lambda _: None)


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
