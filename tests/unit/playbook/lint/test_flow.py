"""Checks of the flow: lists that nothing runs, repeats without an end, runs that do too much."""

import pytest

from bots.playbook import Problem, lint_text
from tests.unit.playbook.effort import effort
from tests.unit.playbook.texts import unmarked, with_bot, with_step

MIC = "microphone: bell\n"
MODERATES = "role: moderator\nrules: [{when: left, do: [{run: a}]}]"


def bot(text: str, lists: str = "") -> str:
    return with_bot(MIC + text) + (f"steps: {{{lists}}}" if lists else "")


def step(text: str, lists: str = "") -> str:
    return bot(f"rules: [{{when: chat, do: [{text}]}}]", lists)


def at_start(text: str) -> str:
    return bot(f"timeline: [{{at: start, do: [{text}]}}]")


FOUND = [
    ("unused-steps", bot("", "»a: [{log: x}]")),
    ("unused-steps", step("{run: a}", "a: [{log: x}], »b: [{run: a}]")),
    ("endless-repeat", step("{repeat: »{until: count.away == 0, do: [{log: x}]}}")),
    ("endless-repeat", step("{repeat: »{until: end, do: [{run: a}]}}", "a: [{say: Hi}]")),
    ("endless-repeat", step("{repeat: »{every: 5s, until: false, do: [{log: x}]}}")),
    ("too-many-steps", step("{repeat: {times: 101, do: [{repeat: {times: 100, do: [{log: x}]}}]}}").replace(
        "when: chat", "when: »chat")),
    ("too-many-steps", at_start("{repeat: {every: 100ms, until: end, do: [{log: x}]}}").replace("start", "»start")),
    ("after-leaving", bot("timeline: [{at: start, do: [{run: a}]}, {at: »end, do: [{log: x}]}]", "a: [{leave: room}]")),
    ("unknown-breakout", bot(MODERATES, "a: [{breakouts: {close: »red}}]")),
    ("unknown-person", step("{run: a}", "a: [{say: {text: Hi, to: »Ana}}]")),
]  # fmt: skip


@pytest.mark.parametrize(("problem_id", "marked"), FOUND, ids=[f"{n}-{case[0]}" for n, case in enumerate(FOUND)])
def test_what_can_never_work_is_found_at_its_place_and_nothing_else(problem_id: str, marked: str) -> None:
    text, place = unmarked(marked)
    found = [(problem.id, f"{problem.line}:{problem.column}") for problem in lint_text(text)]
    assert [(problem_id, place)] == found


@pytest.mark.parametrize(
    "text",
    [
        step("{repeat: {until: count.away == 0, do: [{wait: 1s}]}}"),
        step("{repeat: {until: count.away == 0, do: [{run: a}]}}", "a: [{wait: 1s}]"),
        step("{repeat: {every: 1s, until: end, do: [{log: x}]}}"),
        step("{repeat: {times: 9999, do: [{log: x}]}}"),
        step("{repeat: {times: 300, until: count.people > 3, do: [{repeat: {times: 300, do: [{log: x}]}}]}}"),
        at_start("{repeat: {every: 100ms, until: start + 1m, do: [{log: x}]}}"),
        step("{choose: [[{run: a}], []]}", "a: [{run: b}], b: [{log: x}]"),
        bot("timeline: [{at: start, do: [unmute], if_fails: [{run: a}]}]", "a: [{log: x}]"),
    ],
)  # fmt: skip
def test_what_may_work_is_left_alone(text: str) -> None:
    assert [] == lint_text(text)


def test_a_clip_that_only_a_list_plays_is_used_and_one_that_no_bot_can_play_is_not_expected() -> None:
    text = with_step("{run: a}") + "steps: {a: [{play: bell}]}\nexpect: {played: {at_least: 1}}"
    assert [] == lint_text(text)


def test_twice_as_many_entries_that_run_a_list_of_twice_the_length_are_twice_the_work() -> None:
    def lint_of(size: int) -> list[Problem]:
        entries = ", ".join(f"{{at: start + {n}s, do: [{{run: a}}]}}" for n in range(size))
        return lint_text(bot(f"timeline: [{entries}]", f"a: [{', '.join(['{log: x}'] * 6 * size)}]"))

    assert [] == lint_of(50)
    assert effort(lambda: lint_of(200)) < 2.5 * effort(lambda: lint_of(100))
