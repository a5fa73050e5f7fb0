"""Whom a step can mean."""

import pytest

from bots.playbook import Say
from bots.playbook.values.people import copy_ids, is_copy
from tests.unit.playbook.texts import examined, with_step


@pytest.mark.parametrize(
    ("expected", "count"), [(("a",), 1), (("a-01", "a-02"), 2), (("a-001",), 100)], ids=["one", "two", "hundred"]
)
def test_copies_are_numbered_with_as_many_digits_as_the_count(expected: tuple[str, ...], count: int) -> None:
    assert expected == copy_ids("a", count)[: len(expected)]
    assert count == len(set(copy_ids("a", count)))


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        (("everyone",), "all"), (("pupil-02",), "pupil-02"), (("Pupil", "Ana Ruiz"), "[Pupil, Ana Ruiz]"),
        (("zoe",), "zoe"), (("person", "moderators"), "[person, moderators]"),
    ],
)  # fmt: skip
def test_names_of_people_are_taken_and_bot_ids_are_known(expected: tuple[str, ...], written: str) -> None:
    playbook = examined(with_step(f"{{say: {{text: Hi, to: {written}}}}}")).playbook
    assert playbook is not None
    [step] = playbook.bots["helper"].rules[0].steps
    assert isinstance(step, Say)
    assert expected == step.to


@pytest.mark.parametrize("written", ["pupl", "pupil-04", "pupil-1", "everyon", "[]", "5", "''"])
def test_what_is_nearly_a_bot_or_nobody_is_refused(written: str) -> None:
    assert examined(with_step(f"{{say: {{text: Hi, to: {written}}}}}")).playbook is None


@pytest.mark.parametrize("count", [1, 2, 9, 10, 99, 100, 120])
def test_a_copy_is_known_by_its_name(count: int) -> None:
    names = [*copy_ids("pupil", count), "pupil", "pupil-0", "pupil-1", "pupil-00", "pupil-121", "pupil-x", "pupil-١٢"]
    assert set(copy_ids("pupil", count)) == {name for name in names if is_copy(name, "pupil", count)}
