"""Broken playbooks: each problem has its id and its place, and all of them are told at once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.errors import PlaybookError
from bots.playbook import Play, Playbook, load, read
from tests.unit.playbook.texts import HEAD, examined, unmarked, with_bot, with_rule, with_step, with_top

BROKEN = [
    ("unknown-key", with_top("»rotatoins: {}")),
    ("unknown-key", with_bot("role: moderator\n»rolle: moderator")),
    ("unknown-key", with_bot("»kind: say")),
    ("unknown-key", with_rule("{when: joined, »cooldwn: 30s, do: [{say: Hi}]}")),
    ("unknown-key", with_step("{say: {text: Hi, »too: everyone}}")),
    ("unknown-key", with_step("{say: Hi, »to: everyone}")),
    ("two-steps", with_step("{say: Hi, »wait: 5s}")),
    ("duplicate-key", with_bot("role: moderator\ncount: 1\n»role: participant")),
    ("wrong-type", with_bot("listens: »yes")),
    ("wrong-type", with_bot("listens: »on")),
    ("wrong-type", with_bot('count: »"3"')),
    ("wrong-type", with_bot("count: »1.5")),
    ("wrong-type", with_bot("rules: »{when: joined}")),
    ("wrong-type", with_step("{say: »5}")),
    ("wrong-type", with_step("»5")),
    ("wrong-type", with_bot("invites: »accept")),
    ("missing-value", with_bot("microphone:»")),
    ("bad-value", with_step("{save: »attendance.pdf}")),
    ("bad-value", with_step("{save: »peple.csv}")),
    ("bad-value", with_step("{save: »[]}")),
    ("bad-value", with_bot("drops: {every: »0s}")),
    ("bad-value", with_bot("drops: {every: 5m, chance: »0%}")),
    ("missing-key", with_bot("drops: »{chance: 5%}")),
    ("bad-value", with_bot("microphone: »{file: bell, loop: false, talks: 20%}")),
    ("bad-value", with_bot("microphone: {file: bell, talks: »0%}")),
    ("missing-key", with_rule("»{when: joined}")),
    ("missing-key", with_step("{wait_for: »{until: count.people > 3}}")),
    ("missing-key", with_step("{invite: »{people: pupil}}")),
    ("bad-value", with_bot("role: »modrator")),
    ("bad-value", with_bot("count: »0")),
    ("bad-value", with_step("{play: »{file: bell, in: breakouts, if_playing: replace}}")),
    ("bad-value", with_step("{play: »{file: bell, in: breakouts, if_playing: mix}}")),
    ("bad-value", with_step("{say: »{text: Hi, to: moderators, aloud: true}}")),
    ("bad-value", with_step("{say: »{text: Hi, if_playing: mix}}")),
    ("bad-value", with_top("speech: {voice: »--help}")),
    ("bad-value", with_top("speech: {engine: »cloud}")),
    ("bad-value", with_top("speech: »{engine: piper}")),
    ("bad-value", with_top("speech: »{engine: piper, voice: es}")),
    ("bad-value", with_top("speech: »{voice: voices/es.onnx}")),
    ("bad-value", with_top("speech: {engine: piper, voice: »../es.onnx}")),
    ("bad-value", with_top("speech: {engine: piper, voice: »/srv/es.onnx}")),
    ("bad-value", with_top("speech: {engine: piper, voice: »--debug.onnx}")),
    ("bad-value", with_step("{wait: »5}")),
    ("bad-value", with_step("{wait: »5 minutes}")),
    ("bad-value", with_step("{play: {file: bell, volume: »130%}}")),
    ("bad-value", with_bot("invites: [{after: »12s..2s}]")),
    ("bad-value", with_bot("invites: [{otherwise: »maybe}]")),
    ("bad-value", with_step("{breakouts: »{capacity: 3}}")),
    ("bad-value", with_step("{wait_for: »{until: true, when: joined, timeout: 5s}}")),
    ("bad-value", with_bot("rules: [{when: joined, do: »[]}]")),
    ("bad-time", with_bot("timeline: [{at: »start + 8, do: [{say: Hi}]}]")),
    ("bad-time", with_bot("arrive: {at: »25:00}")),
    ("missing-zone", with_bot("arrive: {at: »10:00}").replace("timezone: Europe/Madrid\n", "")),
    ("bad-zone", "playbook: 1\ntimezone: »Europe/Madird\n" + HEAD.partition("Madrid\n")[2] + "name: x\nbots: {a: {}}"),
    ("unknown-step", with_step("{»sey: Hi}")),
    ("unknown-step", with_step("{if: true, then: [{»sey: Hi}]}")),
    ("unknown-step", with_step("{parallel: [[{say: Hi}], [{»sey: Hi}]]}")),
    ("unknown-trigger", with_rule("{when: {»chatt: Hi}, do: [{say: Hi}]}")),
    ("unknown-clip", with_step("{play: »bel}")),
    ("unknown-clip", with_step("{stop: »bel}")),
    ("outside-folder", with_step("{play: »../bell.wav}")),
    ("outside-folder", with_step("{play: »/tmp/bell.wav}")),
    ("bad-value", with_step("{play: »bell.txt}")),
    ("unknown-bot", with_step("{invite: {people: »pupl, to: red}}")),
    ("unknown-bot", with_step("{invite: {people: »pupil-04, to: red}}")),
    ("unknown-name", with_step('{say: "Hi {»persn.name}"}')),
    ("unknown-name", with_rule("{when: joined, if: »message.text == 'a', do: [{say: Hi}]}")),
    ("unknown-name", with_bot("timeline: [{at: start, do: [{say: 'Hi {»person.name}'}]}]")),
    ("bad-placeholder", with_step('{say: "Hi »{"}')),
    ("bad-placeholder", with_step('{say: "Hi »${ROOM}"}')),
    ("bad-placeholder", with_bot("count: »{inputs.pupils}")),
    ("bad-expression", with_rule("{when: joined, if: count.people > »'3', do: [{say: Hi}]}")),
    ("bad-expression", with_rule("{when: joined, if: »count.people, do: [{say: Hi}]}")),
    ("bad-regex", with_rule("{when: {chat: {matches: »'[a'}}, do: [{say: Hi}]}").replace("»'", "'»")),
    ("unknown-input", with_bot("count: '{»inputs.pupil}'")),
    ("missing-environment", HEAD.replace("create: {name: Test}", "id: »'${ROM}'") + "bots: {a: {}}"),
    ("unknown-counter", with_top("expect: {»jioned: 3}")),
    ("bad-key", with_top("bots: {»Helper Bot: {}}")),
    ("bad-input", with_top("").replace("{pupils:", "{»pupils:").replace("default: 3", "default: many")),
    ("unknown-name", with_bot("display_name: »'{person.name}'")),
    ("bad-value", with_top("").replace("[{length: 50m}]", "[{cron: »0 19 * * 5, length: 50m}]")),
    ("bad-value", with_top("").replace("[{length: 50m}]", "[{cron: »0 19 * *, length: 50m}]")),
    ("missing-key", with_top("").replace("[{length: 50m}]", "[»{at: 10:00, length: 50m}]")),
    ("not-a-playbook", "»- say: Hi"),
    ("not-a-playbook", "»"),
    ("yaml-syntax", with_bot("role: {moderator\ntimeline»: 5")),
    ("yaml-syntax", with_bot("role: a»: b")),
    ("yaml-syntax", with_bot('role: »"moderator\ncount: 3')),
    ("yaml-syntax", with_bot("role: moderator\n»\tcount: 3")),
    ("custom-tag", with_bot("role: »!!python/name:os.system moderator")),
    ("many-documents", with_top("") + "»---\nplaybook: 1\n"),
    ("unknown-anchor", with_bot("role: »*nobody")),
    ("bad-encoding", with_bot('role: "»\x07"')),
]  # fmt: skip


@pytest.mark.parametrize(("problem_id", "marked"), BROKEN, ids=[f"{n}-{case[0]}" for n, case in enumerate(BROKEN)])
def test_a_broken_playbook_has_this_problem_at_this_place_and_no_other(problem_id: str, marked: str) -> None:
    text, place = unmarked(marked)
    found = [(problem.id, f"{problem.line}:{problem.column}") for problem in examined(text).problems]
    assert [(problem_id, place)] == found


def test_all_problems_are_told_at_once_in_the_order_of_the_text(tmp_path: Path) -> None:
    text = with_bot("role: modrator\nlisten: true\ntimeline: [{at: 5, do: [{play: bel.wav}, {sey: Hi}, {wait: 5}]}]")
    found = [problem.id for problem in examined(text, tmp_path).problems]
    expected = ["missing-sound", "bad-value", "unknown-key", "bad-time", "missing-sound", "unknown-step", "bad-value"]
    assert expected == found


def test_a_problem_shows_the_line_with_a_caret_and_what_was_meant(tmp_path: Path) -> None:
    (tmp_path / "welcome.wav").touch()
    (tmp_path / "bell.wav").touch()
    path = tmp_path / "x.yaml"
    path.write_text(with_step("{play: welcom.wav}"), encoding="utf-8")
    with pytest.raises(PlaybookError) as caught:
        load(path)
    expected = (
        f"{path}:12:32: error[missing-sound] no file 'welcom.wav'; did you mean 'welcome.wav'?\n"
        "   12 |     - {when: chat, do: [{play: welcom.wav}]}\n"
        "      |                                ^^^^^^^^^^"
    )
    assert expected == str(caught.value)


def test_a_good_playbook_knows_its_file_and_every_step_its_place(tmp_path: Path) -> None:
    (tmp_path / "bell.wav").touch()
    path = tmp_path / "x.yaml"
    path.write_text(with_step("{play: bell}"), encoding="utf-8")
    playbook = load(path)
    [step] = playbook.bots["helper"].rules[0].steps
    assert isinstance(step, Play)
    assert (f"{path}:12:25", "bots.helper.rules[0].do[0]") == (step.where, step.path)
    assert str(tmp_path / "bell.wav") == playbook.sound_of(step).path
    assert playbook == Playbook.model_validate_json(playbook.model_dump_json())


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out.wav"
    inside.mkdir()
    outside.touch()
    (inside / "bell.wav").symlink_to(outside)
    assert ["outside-folder"] == [problem.id for problem in examined(with_top(""), inside).problems]


def test_the_room_id_comes_from_the_environment() -> None:
    text = HEAD.replace("create: {name: Test}", 'id: "${ROOM}"') + "bots: {a: {}}"
    playbook = examined(text).playbook
    assert playbook is not None
    assert "65f1" == playbook.room.id


def test_an_input_is_put_in_before_anything_is_read_and_keeps_its_type() -> None:
    text = with_bot("count: '{inputs.pupils}'\ndisplay_name: 'Bot {n} of {inputs.pupils}'")
    playbook = read(text, inputs={"pupils": "12"})
    assert 12 == playbook.bots["helper"].count
    assert "Bot 3 of 12" == playbook.instances()[5].display_name


def test_an_input_that_the_playbook_does_not_have_is_refused() -> None:
    with pytest.raises(PlaybookError, match=r'unknown-input.*no input "pupil"; did you mean "pupils"'):
        read(with_top(""), inputs={"pupil": "12"})


def test_an_input_without_default_must_be_given() -> None:
    text = with_top("").replace(", default: 3", "")
    with pytest.raises(PlaybookError, match="missing-input"):
        read(text)
    assert "Test" == read(text, inputs={"pupils": "3"}).name


def test_a_file_that_is_not_there_is_a_problem_too(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match=r"nothing\.yaml:1:1: error\[unreadable\]"):
        load(tmp_path / "nothing.yaml")


@given(st.text() | st.binary())
def test_no_text_makes_the_loader_raise_anything_but_a_playbook_error(text: str | bytes) -> None:
    try:
        read(text)
    except PlaybookError as problem:
        str(problem)


_SCALARS = st.sampled_from(
    [
        "1",
        "true",
        "",
        "10:00",
        "start + 8m",
        "90s",
        "30%",
        "'{inputs.a}'",
        "'{n: }'",
        "say",
        "joined",
        "person.is_bot",
        "*a",
    ],
)
_KEYS = st.sampled_from(
    [
        "playbook",
        "name",
        "room",
        "bots",
        "schedule",
        "inputs",
        "audio",
        "expect",
        "rules",
        "timeline",
        "do",
        "when",
        "if",
        "then",
        "at",
        "say",
        "play",
        "wait_for",
        "parallel",
        "invites",
        "otherwise",
        "create",
        "role",
        "a",
        "mute",
        "leave",
    ],
)
_TREES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
        | st.dictionaries(_KEYS, inner, max_size=4).map(
            lambda values: "{" + ", ".join(f"{key}: {value}" for key, value in values.items()) + "}"
        )
    ),
    max_leaves=25,
)


@given(st.dictionaries(_KEYS, _TREES, max_size=8))
def test_no_tree_of_known_words_makes_the_loader_raise_anything_else(tree: dict[str, str]) -> None:
    text = "playbook: 1\n" + "".join(f"{key}: {value}\n" for key, value in tree.items() if key != "playbook")
    try:
        read(text)
    except PlaybookError as problem:
        str(problem)
