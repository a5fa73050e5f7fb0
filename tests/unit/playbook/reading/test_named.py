"""Named step lists: names that are known, no circles, and facts that whoever runs them knows."""

import pytest

from bots.playbook.reading.load import Examined
from tests.unit.playbook.effort import effort
from tests.unit.playbook.texts import examined, unmarked, with_bot, with_step


def lists(text: str, *, bot: str = "timeline: [{at: start, do: [{run: a}]}]") -> str:
    return with_bot(bot) + f"steps: {{{text}}}"


FOUND = [
    ("unknown-steps", lists("b: [{log: x}]", bot="timeline: [{at: start, do: [{run: »a}]}]")),
    ("unknown-steps", lists("a: [{run: »b}]")),
    ("circular-run", lists("a: [{run: »a}]")),
    ("circular-run", lists("a: [{repeat: {times: 2, do: [{run: b}]}}], b: [{choose: [[{run: »a}], [{log: x}]]}]")),
    ("unknown-name", lists('a: [{say: "{person.name}"}]').replace("{run: a}", "{run: »a}")),
    ("unknown-name", lists("a: [{say: {text: Hi, to: person}}]").replace("{run: a}", "{run: »a}")),
    ("unknown-name", lists('a: [{run: b}], b: [{log: "{message.text}"}]',
                           bot="rules: [{when: joined, do: [{run: »a}]}]")),
    ("unknown-name", lists('a: [{log: "{person.name}"}]',
                           bot="timeline: [{at: start, do: [unmute], if_fails: [{run: »a}]}]")),
    ("bad-key", lists("»A b: [{log: x}], a: [{log: x}]")),
    ("bad-value", lists("a: »[]")),
    ("unknown-step", lists("a: [{»sing: x}]")),
    ("endless-repeat", with_step("{repeat: »{do: [{log: x}]}}")),
    ("bad-value", with_step("{repeat: {times: »0, do: [{log: x}]}}")),
    ("bad-value", with_step("{repeat: {every: »0s, times: 2, do: [{log: x}]}}")),
    ("bad-time", with_step("{repeat: {every: 1s, until: »end - 5, do: [{log: x}]}}")),
    ("unknown-name", with_step("{repeat: {every: 1s, until: »count.awey == 0, do: [{log: x}]}}")),
    ("missing-key", with_step("{repeat: »{times: 2}}")),
    ("bad-value", with_step("{choose: [{weight: »0, do: [{log: x}]}, []]}")),
    ("unknown-key", with_step("{choose: [{»wieght: 2, do: [{log: x}]}, []]}")),
    ("unknown-step", with_step("{choose: [[{»sing: x}], [{log: x}]]}")),
]  # fmt: skip


@pytest.mark.parametrize(("problem_id", "marked"), FOUND, ids=[f"{n}-{case[0]}" for n, case in enumerate(FOUND)])
def test_what_is_wrong_is_told_at_its_place(problem_id: str, marked: str) -> None:
    text, place = unmarked(marked)
    found = [(problem.id, f"{problem.line}:{problem.column}") for problem in examined(text).problems]
    assert [(problem_id, place)] == found


def test_a_circle_is_named_whole() -> None:
    [problem] = examined(lists("a: [{run: b}], b: [{run: c}], c: [{run: b}]")).problems
    assert problem.message.endswith("in a circle, without an end: b -> c -> b")


def test_an_unknown_list_has_a_suggestion() -> None:
    [problem] = examined(lists("welcome: [{log: x}], a: [{run: wellcome}]")).problems
    assert 'no list "wellcome" in steps; did you mean "welcome"?' == problem.message


def test_a_list_may_be_run_from_many_places_and_ask_for_what_they_know() -> None:
    text = lists(
        'a: [{log: "{count.people} {n}"}], b: [{run: a}, {run: a}, {say: "{person.name}"}]',
        bot="timeline: [{at: start, do: [{run: a}]}]\nrules: [{when: joined, do: [{run: b}]}]",
    )
    found = examined(text)
    assert ([], ["a", "b"]) == (found.problems, list(found.playbook.steps if found.playbook else ()))


def test_steps_know_the_place_of_their_list() -> None:
    found = examined(lists("a: [{repeat: {times: 2, do: [{log: x}]}}]")).playbook
    assert found is not None
    inside = list(found.steps_of(found.bots["helper"]))[-1]
    assert ("steps.a[0].repeat.do[0]", "t.yaml:12:38") == (inside.path, inside.where)


def test_lists_that_run_each_other_without_a_circle_cost_no_more_than_their_text() -> None:
    def of_levels(most: int) -> Examined:
        levels = ", ".join(f"a{n}: [{', '.join([f'{{run: a{n + 1}}}'] * 10)}]" for n in range(most))
        return examined(lists(f"a: [{{run: a0}}], {levels}, a{most}: [{{log: x}}]"))

    assert () == tuple(of_levels(5).problems)
    assert effort(lambda: of_levels(30)) < 3 * effort(lambda: of_levels(15))


def test_a_chain_of_lists_is_not_deeper_than_the_interpreter_can_go() -> None:
    chain = ", ".join(f"a{n}: [{{run: a{n + 1}}}]" for n in range(2000))
    found = examined(lists(f"a: [{{run: a0}}], {chain}, a2000: [{{log: x}}]"))
    assert ["too-deep"] == [problem.id for problem in found.problems]
