"""Acks in every form that has been seen."""

from typing import Any

import pytest

from bots.wire import Answer, granted, read_answer, refused, token_refused


@pytest.mark.parametrize(
    ("arguments", "result", "reason"),
    [
        (("success", {"result": 0, "id": 5}), 0, ""),
        (("success", True), 0, ""),
        (("success",), 0, ""),
        (({"result": 0},), 0, ""),
        (({"result": "0"},), 0, ""),
        (({"result": 0.0},), 0, ""),
        ((True,), 0, ""),
        ((), 0, ""),
        (("ZXlK",), 0, ""),
        (("success", {"result": 1155, "msg": "bad"}), 1155, "bad"),
        (({"result": 1729, "msg": "Failed to generate Token"},), 1729, "Failed to generate Token"),
        (({"result": 4108, "error": "share running"},), 4108, "share running"),
        (("error", {"result": 4118, "msg": "invalid token"}), 4118, "invalid token"),
        (("error", "text"), -1, "text"),
        (("error", 1729), 1729, "1729"),
        ((None, "1729"), 1729, "1729"),
        (("error", {"result": 0}), -1, ""),
        (("error",), -1, "no reason given"),
        ((None, "reason"), -1, "reason"),
        ((None, {"result": 1170, "desc": "not licensed"}), 1170, "not licensed"),
        ((None,), -1, "the server answered with nothing"),
        ((False,), -1, "the server answered false"),
        (({"result": "soon"},), -1, ""),
        (({"result": "nan"},), -1, ""),
    ],
)
def test_every_form_of_an_ack_is_understood(arguments: tuple[Any, ...], result: int, reason: str) -> None:
    answer = read_answer(arguments)
    assert (result, reason) == (answer.result, answer.reason)
    assert (result == 0) is answer.is_ok


def test_a_value_of_the_answer_can_be_read() -> None:
    assert 5 == read_answer(("success", {"result": 0, "id": 5})).get("id")
    assert None is read_answer((True,)).get("id")
    assert "ZXlK" == read_answer(("ZXlK",)).data


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), ("5", 5), (5.0, 5), (2**60 + 1, 2**60 + 1), ("five", None), (True, None), (None, None)],
)
def test_a_number_of_the_answer_may_be_a_text(value: object, number: int | None) -> None:
    assert number == read_answer(("success", {"result": "0", "id": value})).number("id")


def test_what_we_send_is_understood_by_our_own_reader() -> None:
    assert Answer(0, "", {"result": 0, "id": 5}) == read_answer(granted(id=5))
    assert (1729, "full") == (
        read_answer(refused(1729, "full")).result,
        read_answer(refused(1729, "full")).reason,
    )
    assert (4118, "no") == (
        read_answer(token_refused(4118, "no")).result,
        read_answer(token_refused(4118, "no")).reason,
    )
