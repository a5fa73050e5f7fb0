"""What a line typed at the console means."""

import pytest

from bots.playbook import Act
from bots.simulation import Asked, Done, Line, Moved, Nothing, Unclear, read_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ana joins", Done("ana", Act(joins=True))),
        ("  vega joins as moderator ", Done("vega", Act(joins=True), is_moderator=True)),
        ("ana: !help me: now", Done("ana", Act(says="!help me: now"))),
        ("ana says hello", Done("ana", Act(says="hello"))),
        ("ana drops 30s", Done("ana", Act(drops=30.0))),
        ("ana ignores invites", Done("ana", Act(ignores="invites"))),
        ("vega opens red, blue", Done("vega", Act.model_validate({"opens": ["red", "blue"]}))),
        ("vega invites ana and ben to red", Done("vega", Act.model_validate({"invites": "ana, ben to red"}))),
        ("+1m30s", Moved(90.0)),
        ("show rooms", Asked("rooms")),
        ("help", Asked("help")),
        ("quit", Asked("quit")),
        ("", Nothing()),
        ("# a comment", Nothing()),
    ],
)
def test_a_line_means(text: str, line: Line) -> None:
    assert line == read_line(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ana jions", 'did you mean "joins"?'),
        ("hello", r"write ana joins, ana: !help, \+5m, show rooms, help or quit"),
        ("+soon", r"write \+30s or \+5m"),
        ("+0s", r"write \+30s or \+5m"),
        ("show me", "there are rooms, people, rules, counters"),
        ("ana talks", "needs more: talks 20s"),
        ("ana talks long", "is not a duration"),
        ("vega invites ana", "who is invited where"),
    ],
)
def test_what_means_nothing_says_what_would(text: str, sentence: str) -> None:
    with pytest.raises(Unclear, match=sentence):
        read_line(text)
