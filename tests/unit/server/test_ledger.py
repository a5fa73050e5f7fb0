"""What a client was told and answered, and what it is told when it comes back."""

from bots.server.ledger import MOST_NOTICES, MOST_SIZE, Ledger
from bots.wire import BreakoutInvited, DataReceived, TalkersUpdated


def chat(text: str) -> DataReceived:
    return DataReceived(type="chat", message=text, broadcast=True, sender="Ann", sender_id="c-1", timestamp=1)


def test_what_was_not_received_is_told_again_and_counts_anew() -> None:
    ledger = Ledger()
    for text in ("one", "two", "three"):
        ledger.tell(chat(text))
        ledger.tell(TalkersUpdated(active=False))
    again = ledger.rewind(1)
    assert [chat("two"), chat("three")] == again
    for notice in again:
        ledger.tell(notice)
    assert [chat("three")] == ledger.rewind(2)


def test_a_client_that_never_heard_of_its_return_is_told_everything_again() -> None:
    ledger = Ledger()
    ledger.tell(BreakoutInvited(room_id="b-1"))
    for _ in range(3):
        for notice in ledger.rewind(0):
            ledger.tell(notice)
    assert [BreakoutInvited(room_id="b-1")] == ledger.rewind(0)


def test_only_so_much_is_kept() -> None:
    ledger = Ledger()
    for number in range(MOST_NOTICES + 5):
        ledger.tell(chat(str(number)))
    assert chat("5") == ledger.rewind(0)[0]
    for letter in "abc":
        ledger.tell(chat(letter * (MOST_SIZE // 2)))
    assert ["c"] == [str(notice.message)[0] for notice in ledger.rewind(0) if isinstance(notice, DataReceived)]


def test_a_request_that_comes_again_has_its_answer() -> None:
    ledger = Ledger()
    ledger.answer(7, ({"result": 0},))
    ledger.rewind(0)
    assert (({"result": 0},), None) == (ledger.answer_to(7), ledger.answer_to(8))


def test_before_any_loss_the_same_number_is_another_request() -> None:
    ledger = Ledger()
    ledger.answer(7, ({"result": 0},))
    assert None is ledger.answer_to(7)
