"""The static checks: what can never work is told before anybody joins, with numbers and places."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.playbook import lint, lint_text, render, to_json
from tests.unit.playbook.texts import EVERYTHING, HEAD, unmarked, with_bot, with_rule, with_step

PLAYS = "microphone: bell\n"  # so that the clip of the head is used


def bot(text: str) -> str:
    return with_bot(PLAYS + text)


def rule(text: str) -> str:
    return with_rule(text).replace("    rules:", "    microphone: bell\n    rules:")


def step(text: str) -> str:
    return with_step(text).replace("    rules:", "    role: moderator\n    microphone: bell\n    rules:")


def room(settings: str, text: str) -> str:
    return text.replace("create: {name: Test}", f"create: {{name: Test, {settings}}}")


def at_ten(text: str) -> str:
    return text.replace("{length", "{every: [mon], at: 10:00, length")


def expecting(text: str) -> str:
    return bot("").replace("audio:", f"expect: {{{text}}}\naudio:")


OPEN = "{breakouts: {open: red, capacity: 5}}"
FOUND = [
    ("never-opens", bot("invites: [{from: start + 40m, until: »start + 3m}]")),
    ("never-opens", bot("invites: [{from: »start + 50m}]")),
    ("never-opens", at_ten(bot("invites: [{from: 10:30, until: »10:00}]"))),
    ("never-opens", bot("invites: [{from: start - 5m, until: »start - 2m}]")),
    ("after-end", bot("timeline: [{at: »start + 51m, do: [{leave: room}]}]")),
    ("after-end", bot("timeline: [{at: »end + 1s, do: [{leave: room}]}]")),
    ("after-end", at_ten(bot("timeline: [{at: »11:00, do: [{leave: room}]}]"))),
    ("after-end", bot("arrive: {at: »start + 1h}")),
    ("after-end", expecting("played: {at_least: 1, by: »start + 51m}")),
    ("before-arrival", bot("arrive: {at: start + 5m}\ntimeline: [{at: »start, do: [{leave: breakout}]}]")),
    ("after-leaving", bot("timeline: [{at: start + 5m, do: [{leave: room}]}, {at: »end, do: [{say: Bye}]}]")),
    ("needs-moderator", bot("timeline: [{at: start, do: [»{lock: room}]}]")),
    ("role-lowered", bot("invites: [{role: »moderator}]")),
    ("role-lowered", bot("rules: [{when: invited, do: [»{accept: {role: moderator}}]}]")),
    ("needs-moderator", bot("rules: [{when: joined, do: [{if: n > 1, then: [»{drop: person}]}]}]")),
    ("needs-moderator", bot("rules: [{when: joined, do: [{mute: me}, »{mute: person}]}]")),
    ("needs-moderator", bot("rules: [{when: returned, do: [»{send_back: person}]}]")),
    ("needs-moderator", room("mode: lecture", bot("rules: [{when: joined, do: [»{floor: {release: everyone}}]}]"))),
    ("needs-moderator", bot("timeline: [{at: start, do: [»{role: {moderator: pupil}}]}]")),
    ("enablex-limit", bot("timeline: [{at: start, do: [»{floor: request}]}]")),
    ("never-fires", bot("rules: [{when: »hand_raised, do: [{log: Hi}]}]")),
    ("needs-moderator", bot("timeline: [{at: start, do: [»{record: start}]}]")),
    ("needs-moderator", bot("timeline: [{at: start, do: [»{extend: room}]}]")),
    ("needs-moderator", bot("timeline: [{at: start, do: [»{mode: lecture}]}]")),
    ("needs-moderator", bot("timeline: [{at: start, do: [»{spotlight: pupil-01}]}]")),
    ("needs-moderator", bot("timeline: [{at: start, do: [»{knock: off}]}]")),
    ("unknown-breakout", step("{join: »red}")),
    ("enablex-limit", room("duration: »40m", bot(""))),
    ("never-fires", bot("rules: [{when: »invite_rejected, do: [{log: Hi}]}]")),
    ("never-fires", bot("role: moderator\nrules: [{when: »breakout_joined, do: [{say: Hi}]}]")),
    ("never-fires", bot("role: moderator\nrules: [{when: »invited, do: [{accept: invite}]}]")),
    ("never-fires", rule("{when: {chat: '!help'}, in: »breakouts, do: [{say: Hi}]}")),
    ("never-fires", rule("{when: joined, if: »false, do: [{say: Hi}]}")),
    ("never-fires", step(OPEN).replace("    rules:", "    invites: [{room: »blue*}]\n    rules:")),
    ("enablex-limit", step("{breakouts: {open: »[a, b, c, d, e, f, g, h, i, j, k]}}")),
    ("enablex-limit", step("{breakouts: {open: [a, b, c, d, e, f]}}, {breakouts: {open: »[g, h, i, j, k]}}")),
    ("enablex-limit", step("{breakouts: {open: red, capacity: »6}}")),
    ("enablex-limit", step("{breakouts: {open: red, capacity: »1}}")),
    ("enablex-limit", room("max_active_talkers: 4", step("{breakouts: »{open: red}}"))),
    ("enablex-limit", room("mode: lecture", step("{breakouts: {open: »red}}"))),
    ("enablex-limit", step("{breakouts: {open: red, video: »true}}")),
    ("enablex-limit", bot("role: moderator\ncount: 6").replace("bots:", "»bots:")),
    ("too-few-seats", room("participants: »3", bot("role: participant"))),
    ("too-few-seats", room("moderators: »1", bot("role: moderator\ncount: 2"))),
    ("overfull-breakout", step("{breakouts: {open: red, capacity: 2}}, {invite: {people: »pupil, to: red}}")),
    (
        "overfull-breakout",
        step(
            "{breakouts: {open: red, capacity: 3}}, {invite: {people: »pupil, to: red}},"
            " {play: {file: hello.wav, in: breakouts}}"
        ),
    ),
    ("unknown-breakout", step(OPEN + ", {invite: {people: pupil, to: »rad}}")),
    ("unknown-breakout", step(OPEN + ", {breakouts: {close: »blue}}")),
    ("unknown-person", step("{say: {text: Hi, to: »Ana}}")),
    ("duplicate-id", bot("rules: [{id: a, when: chat, do: [{say: Hi}]}, {id: »a, when: left, do: [{say: Hi}]}]")),
    ("duplicate-id", bot("").replace("[{length: 50m}]", "[{length: 50m}, {id: »session, length: 40m}]")),
    ("unused-clip", with_bot("role: moderator").replace("{bell", "{»bell")),
    ("bad-value", step("{play: {file: bell, loop: true, if_playing: »mix}}")),
    ("same-name", bot("count: 2\ndisplay_name: »Helper")),
    ("impossible", expecting("joined: »5")),
    ("impossible", expecting("heard: »{at_least: 1, by: end}")),
    ("impossible", expecting("left: »{at_least: 3, at_most: 2}")),
]  # fmt: skip


@pytest.mark.parametrize(("problem_id", "marked"), FOUND, ids=[f"{n}-{case[0]}" for n, case in enumerate(FOUND)])
def test_what_can_never_work_is_found_at_its_place_and_nothing_else(problem_id: str, marked: str) -> None:
    text, place = unmarked(marked)
    found = [(problem.id, f"{problem.line}:{problem.column}") for problem in lint_text(text)]
    assert [(problem_id, place)] == found


SOUND = [
    bot("invites: [{from: start + 3m, until: start + 40m, accept: 90%, after: 2s..12s}, {otherwise: ignore}]"),
    bot("timeline: [{at: start - 2m, do: [{say: Soon}]}, {at: end, do: [{leave: room}]}]"),
    bot("timeline: [{at: 23:00, do: [{say: Late}]}]"),
    bot("timeline: [{at: start + 45m, do: [{say: Late}]}]").replace(
        "[{length: 50m}]", "[{length: 40m}, {id: b, length: 50m}]"
    ),
    bot("rules: [{when: breakout_joined, do: [{say: Hi}]}]"),
    step(OPEN + ", {invite: {people: pupil, to: red}}, {breakouts: {close: all}}"),
    step("{say: {text: Hi, to: [pupil, pupil-02, Pupil 2, moderators, person]}}"),
    HEAD.replace("create: {name: Test}", 'id: "${NOT_SET}"') + "bots: {a: {microphone: bell}}",
    bot("count: '{inputs.pupils}'").replace(", default: 3", ""),
]


@pytest.mark.parametrize("text", SOUND, ids=range(len(SOUND)))
def test_what_may_work_is_left_alone(text: str) -> None:
    assert [] == lint_text(text)


def test_the_numbers_stand_in_the_message() -> None:
    [problem] = lint_text(room("max_active_talkers: 4", step("{breakouts: {open: red, capacity: 5}}")))
    assert "the capacity is 5; EnableX allows 2 to 3 in a room with max_active_talkers 4" == problem.message


def test_problems_are_text_for_people_and_json_for_programs() -> None:
    problems = lint_text(with_bot("count: 0"))
    assert render(problems).startswith('playbook.yaml:11:12: error[bad-value] "count" is at least 1, not "0"\n')
    [found] = json.loads(to_json(problems))
    assert ("playbook.yaml", 11, 12, "error", "bad-value") == tuple(
        found[key] for key in ("file", "line", "column", "severity", "id")
    )


def test_two_runs_say_the_same_in_the_same_order() -> None:
    text = bot("rolle: a\ncount: 0\nlisten: yes")
    assert lint_text(text) == lint_text(text)


_LINES = EVERYTHING.splitlines()


@given(st.lists(st.tuples(st.integers(7, len(_LINES) - 1), st.sampled_from(_LINES)), max_size=4), st.data())
def test_no_change_of_a_playbook_makes_lint_raise(changes: list[tuple[int, str]], data: st.DataObject) -> None:
    lines = list(_LINES)
    for place, line in changes:
        old, new = (data.draw(st.sampled_from(words.split() or [""])) for words in (lines[place], line))
        lines[place] = data.draw(st.sampled_from([line, "", lines[place].replace(old, new)]))
    for problem in lint_text("\n".join(lines)):
        problem.render()


def test_a_file_that_cannot_be_read_is_one_problem() -> None:
    assert ["unreadable"] == [problem.id for problem in lint("no/such/file.yaml")]
