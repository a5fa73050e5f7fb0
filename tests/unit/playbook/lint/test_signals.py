"""Signals that nobody sends or awaits, and periods longer than the session."""

import pytest

from bots.playbook import lint_text
from tests.unit.playbook.texts import unmarked, with_bot

MIC = "microphone: bell\n"


def bot(*rules: str, lists: str = "") -> str:
    return with_bot(f"{MIC}rules: [{', '.join(rules)}]") + lists


SEND = "{when: chat, do: [{signal: tea}]}"
STOPPED = "{when: {signal: stopping}, do: [{log: tea}]}"
HEAR = "{when: {signal: tea}, do: [{log: tea}]}"
FOUND = [
    ("never-fires", bot("{when: {signal: »tea}, do: [{log: tea}]}")),
    ("never-fires", bot("{when: chat, do: [{wait_for: {when: {signal: »tea}, timeout: 1m}}]}")),
    ("unheard-signal", bot("{when: chat, do: [{signal: »tea}]}")),
    ("unheard-signal", bot("{when: chat, do: [{run: a}]}", lists="steps: {a: [{signal: »tea}]}")),
    ("never-fires", bot("{when: {every: »50m}, do: [{log: tea}]}")),
    ("bad-value", bot("{when: {every: »500ms}, do: [{log: tea}]}")),
    ("bad-value", bot("{when: chat, do: [{wait_for: »{when: {every: 5m}, timeout: 10m}}]}")),
    ("missing-key", bot("{when: »signal, do: [{log: tea}]}")),
    ("unknown-name", bot('{when: {every: 5m}, do: [{log: "»{person.name}"}]}').replace('"»{', '"{»')),
]


@pytest.mark.parametrize(("problem_id", "marked"), FOUND, ids=[f"{n}-{case[0]}" for n, case in enumerate(FOUND)])
def test_what_is_in_vain_is_found_at_its_place(problem_id: str, marked: str) -> None:
    text, place = unmarked(marked)
    found = [(problem.id, f"{problem.line}:{problem.column}") for problem in lint_text(text)]
    assert [(problem_id, place)] == found


def test_both_sides_of_a_spelling_mistake_have_a_suggestion() -> None:
    found = [
        problem.message
        for problem in lint_text(bot(SEND.replace("tea", "break-time"), HEAR.replace("tea", "brake-time")))
    ]
    assert all("did you mean" in message for message in found)
    assert 2 == len(found)


def test_signals_that_are_sent_and_heard_are_right() -> None:
    assert [] == lint_text(bot(SEND, HEAR, STOPPED, "{when: {every: 49m}, do: [{log: x}]}"))
