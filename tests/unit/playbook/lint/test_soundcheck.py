"""What is wrong with sounds once they have been listened to; the listening is made up here."""

from collections.abc import Iterable

import pytest

from bots.playbook import Heard, Sound, lint_text
from tests.unit.playbook.texts import with_bot

FINE = Heard(2.0, -20.0, 0.0, 0.1)


def found(text: str, heard: Heard) -> list[str]:
    def listen(sounds: Iterable[Sound]) -> dict[Sound, Heard]:
        return dict.fromkeys(sounds, heard)

    return [f"{problem.severity} {problem.id}" for problem in lint_text(text, listen=listen)]


def plays(at: str, steps: str = "{play: bell}") -> str:
    return with_bot(f"timeline: [{{at: {at}, do: [{steps}]}}, {{at: end - 10s, do: [{{log: hi}}]}}]")


@pytest.mark.parametrize(
    ("heard", "problems"),
    [
        (FINE, []),
        (Heard(0, 0, 0, 0, fault="no sound file"), ["error bad-sound"]),
        (Heard(2, -127, 0, 2), ["warning silent-sound"]),
        (Heard(2, -50, 0, 0), ["warning silent-sound"]),
        (Heard(9, -20, 0, 4), ["warning silent-sound"]),
        (Heard(2, -3, 0.02, 0), ["warning clipped-sound"]),
    ],
)
def test_a_sound_is_judged(heard: Heard, problems: list[str]) -> None:
    assert problems == found(plays("start"), heard)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (plays("end - 12s"), []),
        (plays("end - 11s"), ["warning long-sound"]),
        (plays("end - 13s", "{wait: 2s}, {play: bell}"), ["warning long-sound"]),
        (plays("end - 13s", "{play: bell}, {play: bell}"), ["warning long-sound"]),
        (plays("end - 11s", "{play: {file: bell, loop: true}}"), []),
        (plays("end - 11s").replace("end - 10s", "end - 30s"), []),
        (plays("end - 1s"), ["warning long-sound"]),
    ],
)
def test_a_sound_must_fit_before_the_next_entry_and_the_end(text: str, problems: list[str]) -> None:
    assert problems == found(text, FINE)


def test_an_allowance_for_ears_counts_only_when_they_listen() -> None:
    text = plays("end - 11s") + "  # bots: allow long-sound\n"
    text = text.replace("\n  # bots", "  # bots")
    assert [] == [problem.id for problem in lint_text(text)]
    assert [] == found(text, FINE)
