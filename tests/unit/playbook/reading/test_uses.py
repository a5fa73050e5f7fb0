"""Files that a playbook uses: what they bring, where their problems are told, and what is refused."""

import os
import pickle
from pathlib import Path

import pytest

from bots.playbook import examine_file, is_part_file, lint, load
from tests.unit.playbook.texts import HEAD

MAIN = HEAD.replace("audio: {bell: {file: bell.wav}}\n", "")
RUNS = "bots: {helper: {timeline: [{at: start, do: [{run: welcome}]}]}}\n"
WELCOME = "steps: {welcome: [{log: hi}]}\n"


def files(folder: Path, **texts: str) -> Path:
    """Files by name, `__` for a slash; the playbook is the first."""
    for name, text in texts.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / (next(iter(texts)) + ".yaml")


def found(path: Path) -> list[str]:
    """The problems of a playbook: file from its folder, line, column, id."""
    return [
        f"{Path(one.file).relative_to(path.parent)}:{one.line}:{one.column} {one.id}"
        for one in lint(path)
        if one.severity == "error"
    ]


def test_a_used_file_brings_steps_sounds_and_bots(tmp_path: Path) -> None:
    shared = WELCOME.replace("log: hi", "play: bell") + "audio: {bell: bell.wav}\nbots: {pupil: {count: 3}}\n"
    path = files(tmp_path, main=MAIN + "use: shared.yaml\n" + RUNS, shared=shared)
    (tmp_path / "bell.wav").touch()
    playbook = load(path)
    assert (["helper", "pupil"], ["welcome"], ["bell"]) == tuple(
        list(one) for one in (playbook.bots, playbook.steps, playbook.audio)
    )
    [step] = playbook.steps["welcome"]
    assert ("steps.welcome[0]", f"{tmp_path}/shared.yaml:1:19") == (step.path, step.where)
    assert [] == lint(path)
    assert playbook == pickle.loads(pickle.dumps(playbook))


def test_a_used_file_may_use_others_and_one_that_several_use_is_read_once(tmp_path: Path) -> None:
    path = files(
        tmp_path, main=MAIN + "use: [a.yaml, b.yaml]\n" + RUNS, a="use: c.yaml\n", b="use: [c.yaml]\n", c=WELCOME
    )
    assert ["welcome"] == list(load(path).steps)


def test_sounds_and_files_are_beside_the_file_that_names_them(tmp_path: Path) -> None:
    inside = (
        "use: more.yaml\naudio: {bell: {file: bell.wav}}\nsteps: {welcome: [{play: sounds/gong.wav}, {play: bell}]}\n"
    )
    path = files(
        tmp_path, main=MAIN + "use: shared/a.yaml\n" + RUNS, shared__a=inside, shared__more="audio: {b: b.wav}\n"
    )
    for name in ("shared/bell.wav", "shared/sounds/gong.wav", "shared/b.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    playbook = load(path)
    sounds = {playbook.sound_of(step).path for step in playbook.steps["welcome"] if step.kind == "play"}
    assert {f"{tmp_path}/shared/bell.wav", f"{tmp_path}/shared/sounds/gong.wav"} == sounds
    assert "shared/b.wav" == playbook.audio["b"].file


def test_a_used_file_takes_the_inputs_of_the_playbook(tmp_path: Path) -> None:
    path = files(tmp_path, main=MAIN + "use: s.yaml\n" + RUNS, s='steps: {welcome: [{log: "{inputs.pupils} {n}"}]}')
    assert [] == found(path)


PROBLEMS = [
    ("steps: {welcome: [{log: hi}, {sing: x}]}", "s.yaml:1:31 unknown-step"),
    ("steps: {welcome: [{log: hi}, {run: welcom}]}", "s.yaml:1:36 unknown-steps"),
    ("steps: {welcome: [{run: b}], b: [{run: welcome}]}", "s.yaml:1:40 circular-run"),
    ("steps: {welcome: [{log: hi}]}\naudio: {gong: gong.wav}", "s.yaml:2:15 missing-sound"),
    ("steps: {welcome: [{say: {txt: hi}}]}", "s.yaml:1:26 unknown-key"),
    ('steps: {welcome: [{log: "{inputs.pupil}"}]}', "s.yaml:1:27 unknown-input"),
    ("steps: {welcome: [{log: hi}]\n", "s.yaml:2:1 yaml-syntax"),
    ("steps: {welcome: [{log: hi}]}\nname: Other", "s.yaml:2:1 unknown-key"),
    ("playbook: 1\nsteps: {welcome: [{log: hi}]}", "s.yaml:1:1 bad-use"),
    ("steps: [welcome]", "s.yaml:1:8 wrong-type"),
    ("[]", "s.yaml:1:1 bad-use"),
    ("", "s.yaml:1:1 bad-use"),
    ("steps: {welcome: [{log: hi}]}\nuse: {a: b}", "s.yaml:2:6 wrong-type"),
    ("steps: {welcome: [{log: hi}]}\nuse: t.yaml", "s.yaml:2:6 missing-file"),
    ("steps: {welcome: [{log: hi}]}\nuse: main.yaml", "s.yaml:2:6 circular-use"),
    ("steps: {welcome: [{log: hi}]}\nuse: s.yaml", "s.yaml:2:6 circular-use"),
    ("steps: {welcome: [{repeat: {until: end, do: [{log: x}]}}]}", "s.yaml:1:28 endless-repeat"),
    ("steps: {welcome: [{log: hi}]}\nbots: {helper: {role: moderator}}", "s.yaml:2:8 name-clash"),
    ("steps: {welcome: [{log: hi}]}\nbots: {other: {role: teacher}}", "s.yaml:2:22 bad-value"),
]


@pytest.mark.parametrize(("text", "place"), PROBLEMS)
def test_a_problem_is_told_in_its_file_and_nothing_else(tmp_path: Path, text: str, place: str) -> None:
    assert [place] == found(files(tmp_path, main=MAIN + "use: s.yaml\n" + RUNS, s=text))


def test_a_problem_shows_the_line_of_its_file(tmp_path: Path) -> None:
    [problem] = lint(files(tmp_path, main=MAIN + "use: s.yaml\n" + RUNS, s="steps:\n  welcome: [{sing: x}]\n"))
    assert problem.render().endswith("    2 |   welcome: [{sing: x}]\n      |              ^^^^")


@pytest.mark.parametrize(
    ("use", "place"),
    [
        ("nothing.yaml", "7:6 missing-file"), ("../s.yaml", "7:6 outside-folder"),
        ("/etc/s.yaml", "7:6 outside-folder"),
        ("bell.wav", "7:6 bad-use"), ("[s.yaml, [s.yaml]]", "7:15 wrong-type"), ("{s: 1}", "7:6 wrong-type"),
        ("loop.yaml", "7:6 missing-file"), ("out.yaml", "7:6 outside-folder"), ("pipe.yaml", "7:6 unreadable"),
        ("away/s.yaml", "7:6 outside-folder"), ("folder.yaml", "7:6 unreadable"), ("big.yaml", "7:6 too-large"),
        ("dangling.yaml", "7:6 missing-file"), ("zero.yaml", "7:6 outside-folder"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_where_it_is_named_in_no_time(tmp_path: Path, use: str, place: str) -> None:
    folder = tmp_path / "lessons"
    folder.mkdir()
    (tmp_path / "s.yaml").write_text(WELCOME)
    (folder / "loop.yaml").symlink_to("loop2.yaml")
    (folder / "loop2.yaml").symlink_to("loop.yaml")
    (folder / "out.yaml").symlink_to("../s.yaml")
    (folder / "zero.yaml").symlink_to("/dev/zero")
    (folder / "dangling.yaml").symlink_to("nothing-there.yaml")
    (folder / "away").symlink_to("..")
    (folder / "folder.yaml").mkdir()
    (folder / "big.yaml").write_text("#" * 999_999)
    os.mkfifo(folder / "pipe.yaml")
    path = files(folder, main=MAIN + f"use: {use}\n" + RUNS, s=WELCOME)
    assert [f"main.yaml:{place}"] == found(path)


def test_a_circle_of_files_is_named_whole(tmp_path: Path) -> None:
    path = files(tmp_path, main=MAIN + "use: a.yaml\n" + RUNS, a=WELCOME + "use: b.yaml\n", b="use: a.yaml\n")
    [problem] = lint(path)
    assert "these files use each other in a circle: a.yaml -> b.yaml -> a.yaml" == problem.message


def test_a_clash_names_both_files(tmp_path: Path) -> None:
    path = files(tmp_path, main=MAIN + "use: [a.yaml, b.yaml]\n" + RUNS, a=WELCOME, b="\n" + WELCOME)
    [problem] = lint(path)
    assert (f"{tmp_path}/b.yaml", 2) == (problem.file, problem.line)
    assert f'"welcome" is in {tmp_path}/a.yaml, line 1, too; give one of them another name' == problem.message


def test_at_most_twenty_files_are_used(tmp_path: Path) -> None:
    chain = {f"f{n}": f"use: f{n + 1}.yaml\n" for n in range(25)}
    path = files(tmp_path, main=MAIN + "use: f0.yaml\n" + RUNS.replace("run: welcome", "log: x"), **chain)
    assert ["f19.yaml:1:6 too-large"] == found(path)


def test_all_files_together_have_at_most_so_many_values(tmp_path: Path) -> None:
    long = ", ".join("{log: x}" for _ in range(8000))
    parts = {f"f{n}": f"steps: {{s{n}: [{long}]}}\n" for n in range(3)}
    path = files(tmp_path, main=MAIN + "use: [f0.yaml, f1.yaml, f2.yaml]\n" + RUNS.replace("welcome", "s0"), **parts)
    assert ["main.yaml:7:25 too-large"] == found(path)


def test_a_missing_name_has_a_suggestion(tmp_path: Path) -> None:
    [problem] = lint(files(tmp_path, main=MAIN + "use: sharde.yaml\n" + RUNS, shared=WELCOME))
    assert 'no file "sharde.yaml"; did you mean "shared.yaml"?' == problem.message


def test_what_a_shared_file_has_and_this_playbook_does_not_need_is_no_warning(tmp_path: Path) -> None:
    shared = "steps: {welcome: [{log: hi}], other: [{log: ho}]}\naudio: {bell: bell.wav}\n"
    (tmp_path / "bell.wav").touch()
    assert [] == lint(files(tmp_path, main=MAIN + "use: s.yaml\n" + RUNS, s=shared))


def test_a_comment_in_a_used_file_allows_its_problem(tmp_path: Path) -> None:
    text = "steps:\n  welcome:\n    - say: {text: hi, to: Ana}  # bots: allow unknown-person\n"
    assert [] == lint(files(tmp_path, main=MAIN + "use: s.yaml\n" + RUNS, s=text))


def test_a_file_for_others_to_use_is_known_by_its_keys(tmp_path: Path) -> None:
    path = files(tmp_path, a=WELCOME, b=MAIN + RUNS, c="name: x\nsteps: {}\n")
    assert [True, False, False] == [is_part_file(path.with_name(name)) for name in ("a.yaml", "b.yaml", "c.yaml")]
    [problem] = lint(path)
    assert "name the playbook that uses it" in problem.message


def test_a_playbook_reached_by_a_link_uses_the_files_beside_itself(tmp_path: Path) -> None:
    path = files(tmp_path / "real", main=MAIN + "use: s.yaml\n" + RUNS, s=WELCOME)
    (tmp_path / "link.yaml").symlink_to(path)
    assert examine_file(tmp_path / "link.yaml").playbook is not None
