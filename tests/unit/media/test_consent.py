"""The checks that go on while media flows, against aioice's own reading and writing of STUN."""

from collections.abc import Callable

import pytest
from aioice import stun

from bots.media.consent import Answers, Asking, is_sealed

KEY, OTHER_KEY = b"the-local-password-1234", b"another-password-123456"
ADDRESS = ("192.0.2.7", 50_123)
TRANSACTION = bytes(range(12))
Change = Callable[[bytes], bytes]


def request(role: str = "ICE-CONTROLLING", key: bytes = KEY, transaction: bytes = TRANSACTION) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, transaction_id=transaction)
    message.attributes |= {"USERNAME": "ours:theirs", "PRIORITY": 1_853_824_767, role: 77}
    message.add_message_integrity(key)
    return bytes(message)


def response(key: bytes = KEY, transaction: bytes = TRANSACTION) -> stun.Message:
    message = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, transaction_id=transaction)
    message.attributes["XOR-MAPPED-ADDRESS"] = ADDRESS
    message.add_message_integrity(key)
    return message


def answers() -> Answers:
    found = Answers.to(request(), KEY, ADDRESS, is_controlling=False)
    assert found is not None
    return found


def test_an_answer_is_the_one_that_aioice_would_send() -> None:
    later = bytes(reversed(range(12)))
    assert bytes(response(transaction=later)) == answers().answer(request(transaction=later))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        lambda data: data[:8] + bytes([data[8] ^ 1]) + data[9:],
        lambda data: b"\x00\x11" + data[2:],
        lambda data: data[:30],
        lambda data: data + bytes(4),
        lambda _: request(key=OTHER_KEY),
        lambda _: request("ICE-CONTROLLED"),
    ],
    ids=["fingerprint", "integrity", "transaction", "indication", "cut", "longer", "key", "role"],
)
def test_another_request_is_left_to_aioice(change: Change) -> None:
    assert answers().answer(change(request())) is None


def test_only_a_request_that_is_right_is_learnt_from() -> None:
    for data, is_controlling in (
        (request(key=OTHER_KEY), False), (request(), True), (bytes(response()), False), (b"", False),
        (request()[:24], False), (bytes(20), False),
    ):  # fmt: skip
        assert Answers.to(data, KEY, ADDRESS, is_controlling=is_controlling) is None
    assert Answers.to(request(), KEY, ("2001:db8::7", 9), is_controlling=False) is None
    assert Answers.to(request("ICE-CONTROLLED"), KEY, ADDRESS, is_controlling=True) is not None


def test_aioice_reads_what_is_asked() -> None:
    template = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    template.attributes |= {"USERNAME": "theirs:ours", "PRIORITY": 7, "ICE-CONTROLLED": 12}
    asking = Asking(template, OTHER_KEY)
    first, second = (stun.parse_message(asking.ask()) for _ in range(2))
    for read in (first, second):
        assert read.check_message_integrity(OTHER_KEY)
        assert template.attributes == {
            name: value for name, value in read.attributes.items() if name in template.attributes
        }
    assert first.transaction_id != second.transaction_id


def test_only_a_signed_answer_to_what_was_asked_last_counts() -> None:
    asking = Asking(stun.Message(stun.Method.BINDING, stun.Class.REQUEST), KEY)
    assert not asking.is_answer(bytes(response()))
    earlier = asking.ask()[8:20]
    last = asking.ask()[8:20]
    assert asking.is_answer(bytes(response(transaction=last)))
    assert not asking.is_answer(bytes(response(transaction=earlier)))
    assert not asking.is_answer(bytes(response(OTHER_KEY, transaction=last)))
    assert not asking.is_answer(request(transaction=last))
    assert not asking.is_answer(bytes(response(transaction=last))[:-4])


def test_an_answer_without_a_fingerprint_counts() -> None:
    asking = Asking(stun.Message(stun.Method.BINDING, stun.Class.REQUEST), KEY)
    bare = response(transaction=asking.ask()[8:20])
    del bare.attributes["FINGERPRINT"]
    assert not is_sealed(bytes(bare), KEY)
    assert asking.is_answer(bytes(bare))
