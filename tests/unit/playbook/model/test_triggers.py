"""Which chat messages fire a rule, and which facts a rule knows."""

import pytest

from bots.playbook import Chat
from bots.playbook.model.triggers import facts_for


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        (True, "!help"), (True, " !HELP "), (True, "!help me please"), (True, "!help\nme"),
        (False, "!helpme"), (False, "please !help"), (False, ""),
    ],
)  # fmt: skip
def test_a_text_fires_on_itself_and_as_first_words(expected: bool, message: str) -> None:
    assert expected is Chat(text="!help").fits(message)


def test_a_pattern_is_found_anywhere_in_the_first_thousand_characters() -> None:
    chat = Chat(matches=r"\bhelp\b")
    assert chat.fits("please help")
    assert not chat.fits("helper")
    assert not chat.fits("x" * 1000 + " help")


def test_without_a_text_every_message_fires() -> None:
    assert Chat().fits("")


@pytest.mark.parametrize(
    ("expected", "trigger"),
    [
        ({"person", "message"}, {"chat": "Hi"}),
        ({"person", "message"}, "chat"),
        ({"person"}, "joined"),
        ({"person"}, "returned"),
        (set(), "muted"),
        (set(), {"signal": "tea"}),
        (set(), {"every": "5m"}),
        (set(), {"breakout_closed": None}),
        ({"person", "message"}, 5),
    ],
    ids=["mapping", "word", "joined", "returned", "muted", "signal", "every", "closed", "odd"],
)
def test_a_trigger_says_which_facts_its_rules_know(expected: set[str], trigger: object) -> None:
    assert expected == facts_for(trigger)
