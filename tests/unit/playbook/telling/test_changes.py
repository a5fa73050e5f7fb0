"""What a new version changes for the class: every difference of the models is told, and nothing else."""

import pytest

from bots.playbook import changes, read
from tests.unit.playbook.texts import EVERYTHING, with_bot


def changed(before: str, after: str) -> list[str]:
    return changes(read(with_bot(before)), read(with_bot(after)))


SAYS = "timeline: [{at: start + 8m, do: [{say: Hi}]}]"


def test_a_new_layout_changes_nothing_for_the_class() -> None:
    assert [] == changed(SAYS, "# a comment\n" + SAYS.replace("say: Hi", "say: 'Hi'"))


def test_a_later_moment_is_told_as_a_move() -> None:
    [text] = changed(SAYS, SAYS.replace("8m", "9m"))
    moved = "What happens when: moved from 8 minutes after the start to 9 minutes after the start: "
    assert moved + "helper writes “Hi” in the chat." == text


def test_other_steps_at_the_same_moment_are_told_with_those_before() -> None:
    [text] = changed(SAYS, SAYS.replace("Hi", "Ho"))
    assert text.startswith("What happens when: 8 minutes after the start, helper writes “Ho” in the chat. Before: ")


def test_what_is_new_and_what_is_gone_is_told() -> None:
    rule = "rules: [{id: bye, when: left, do: [{say: Bye}]}]"
    [come] = changed("role: participant", rule)
    assert "When something happens, new: When somebody leaves, helper writes “Bye” in the chat." == come
    assert [come.replace(", new", ", no longer")] == changed(rule, "role: participant")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("microphone: bell", "microphone: {file: bell, volume: 50%}", "bots.helper.microphone.volume: 0.5."),
        ("invites: [{canvas: false}]", "invites: [{canvas: true}]", "bots.helper.invites.entries.1.canvas: True."),
        (
            "timeline: [{at: start, do: [{play: bell}]}]",
            "timeline: [{at: start, do: [{play: {file: bell, fade_in: 2s}}]}]",
            "bots.helper.timeline.1.steps.1.fade_in_s: 2.0.",
        ),
    ],
)  # fmt: skip
def test_a_setting_that_no_sentence_has_is_told_by_its_way(before: str, after: str, told: str) -> None:
    [text] = changed(before, after)
    assert text.startswith(f"A setting, {told}")


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("seed: 7", "seed: 8"), ("max_active_talkers: 6", "max_active_talkers: 7"), ("length: 1h30m", "length: 1h"),
        ("canvas: false}", "canvas: true}"), ("volume: 30%", "volume: 40%"), ("count: 3, timeout", "count: 4, timeout"),
        ("start + 40m", "start + 30m"), ("cooldown: 30s", "cooldown: 31s"), ("mode: queued", "mode: parallel"),
        ("at_most: 12", "at_most: 11"), ("alone: 10m", "alone: 11m"), ("wait: 500ms", "wait: 600ms"),
    ],
)  # fmt: skip
def test_no_difference_stays_untold(part: str, other: str) -> None:
    assert part in EVERYTHING
    assert changes(read(EVERYTHING), read(EVERYTHING.replace(part, other, 1)))


def test_a_playbook_is_no_change_to_itself() -> None:
    assert [] == changes(read(EVERYTHING), read("# a comment\n\n" + EVERYTHING))
