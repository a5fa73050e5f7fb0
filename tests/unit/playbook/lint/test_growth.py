"""What lint does grows with the text, never with its square: names by names, bots by lists, moments by sessions."""

from collections.abc import Callable

import pytest

from bots.playbook import Problem, lint_text
from tests.unit.playbook.effort import effort
from tests.unit.playbook.texts import HEAD


def joined(count: int, make: Callable[[int], str]) -> str:
    return ", ".join(make(number) for number in range(count))


def moderator(steps: str, more: str = "") -> str:
    return HEAD + f"bots: {{h: {{role: moderator, rules: [{{when: left, do: [{{play: bell}}, {steps}]}}]}}{more}}}\n"


def participants(count: int, steps: str) -> str:
    text = HEAD.replace("create: {name: Test}", "id: x")
    return text + f"bots: {{{joined(count, lambda n: f'b{n}: {{rules: [{{when: chat, do: [{steps}]}}]}}')}}}\n"


def sounds_in_breakouts(size: int) -> str:
    return participants(size, "{play: {file: bell, in: breakouts}}")


def one_long_list(size: int) -> str:
    return (
        participants(size, "{run: a}") + f"steps: {{a: [{{play: bell}}, {joined(size, lambda _: '{lock: room}')}]}}\n"
    )


def invites(size: int) -> str:
    rooms = joined(size, lambda n: f"{{breakouts: {{open: r{n}}}}}")
    return moderator(f"{rooms}, {joined(size, lambda n: f'{{invite: {{people: p, to: r{n}x}}}}')}", ", p: {count: 3}")


def policies(size: int) -> str:
    rooms = joined(size, lambda n: f"{{breakouts: {{open: r{n}}}}}")
    return moderator(rooms, f", p: {{invites: [{joined(size, lambda n: f'{{room: r*{n}x}}')}]}}")


def signals(size: int) -> str:
    rules = joined(size, lambda n: f"{{when: {{signal: s{n}}}, do: [{{signal: t{n}}}]}}")
    return HEAD + f"bots: {{h: {{microphone: bell, rules: [{rules}]}}}}\n"


def goodbyes(size: int) -> str:
    entries = joined(size, lambda n: f"{{at: start + {n}s, do: [{{run: a}}]}}")
    lists = f"a: [{joined(size, lambda _: '{run: b}')}], b: [{joined(size, lambda _: '{log: x}')}]"
    return HEAD + f"bots: {{h: {{microphone: bell, timeline: [{entries}]}}}}\nsteps: {{{lists}}}\n"


ALL = (sounds_in_breakouts, one_long_list, invites, policies, signals, goodbyes)


@pytest.mark.parametrize("text_of", ALL, ids=lambda text_of: text_of.__name__)
def test_twice_the_text_is_twice_the_work(text_of: Callable[[int], str]) -> None:
    lint_text(text_of(3))  # what is done once in a process
    assert effort(lambda: lint_text(text_of(300))) < 2.5 * effort(lambda: lint_text(text_of(150)))


def found(text: str) -> list[tuple[str, str]]:
    return [(problem.id, problem.message) for problem in lint_text(text)]


def test_a_list_that_many_bots_run_is_told_once() -> None:
    problems: list[Problem] = lint_text(one_long_list(3))
    assert ["needs-moderator"] * 3 == [problem.id for problem in problems]
    assert len({(problem.line, problem.column) for problem in problems}) == 3


def test_people_who_are_always_and_never_together_are_a_contradiction_and_more_than_fit_are_refused() -> None:
    plan = "rotations: {a: {group_size: 4, round_length: 1m, keep_together: [[p, q, r]], anchors: {s: p}"
    assert [
        ("impossible", '"q" and "r" are to be kept apart, and always together'),
        ("impossible", '"p" and "s" are to be kept apart, and always together'),
    ] == found(moderator("{rotate: a}") + plan + ", keep_apart: [[q, x, r], [p, s]]}}")
    crowd = joined(51, lambda n: f"p{n}")
    assert ["bad-value"] == [
        one for one, _ in found(moderator("{rotate: a}") + plan + f", keep_apart: [[{crowd}]]}}}}")
    ]
