"""What is not, or hardly, a playbook is refused with little work, with a sentence, and never waited for."""

import os
from pathlib import Path

import pytest

from bots.playbook import Problem, lint, lint_text
from bots.playbook.reading.load import read_file
from tests.unit.playbook.effort import effort
from tests.unit.playbook.texts import HEAD, with_bot, with_rule, with_step, with_top

MOST_CALLS = 1_000_000
LEVEL = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
BOMB = "playbook: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "\n".join(LEVEL)
TABS = HEAD + "bots:\n\thelper: {}\n"
MANY_BOTS = "bots:\n" + "".join(f"  b{n}: {{}}\n" for n in range(10_001))
MANY_STEPS = "timeline: [{at: start, do: [" + "{sya: Hi}, " * 5000 + "]}]"
CASES: list[tuple[str, str | bytes, str, str]] = [
    ("alias bomb", BOMB, "alias-bomb", "6:25"),
    ("10 MB", b"playbook: 1\n#" + b"x" * 10_000_000, "too-large", "1:1"),
    ("flow nesting", "playbook: 1\nname: " + "[" * 400_000, "too-deep", "2:47"),
    ("block nesting", "playbook: 1\n" + "".join(" " * n + "a:\n" for n in range(1000)), "too-deep", "42:41"),
    ("UTF-16", "playbook: 1\n".encode("utf-16"), "bad-encoding", "1:1"),
    ("UTF-16 without mark", "playbook: 1\n".encode("utf-16-be"), "bad-encoding", "1:1"),
    ("UTF-32", "playbook: 1\n".encode("utf-32"), "bad-encoding", "1:1"),
    ("Latin-1", "playbook: 1\nname: café\n".encode("latin-1"), "bad-encoding", "2:10"),
    ("NUL", b"playbook: 1\nname: a\0b\n", "bad-encoding", "2:8"),
    ("nothing but NUL", b"\0" * 900_000, "bad-encoding", "1:1"),
    ("half a letter", b"playbook: 1\nname: \xed\xa0\x80", "bad-encoding", "2:7"),
    ("tabs", TABS, "yaml-syntax", "9:1"),
    ("100,000 keys", "playbook: 1\n" + "".join(f"k{n}: 1\n" for n in range(80_000)), "too-large", "25001:1"),
    ("10,001 bots", HEAD.replace("audio: {bell: {file: bell.wav}}\n", "") + MANY_BOTS, "too-large", "7:1"),
    ("a million copies", with_bot("microphone: bell\ncount: 1000000"), "bad-value", "12:12"),
    ("1e400", with_top("").replace("50m", "1e400"), "bad-value", "5:21"),
    ("half a million digits", with_top("seed: " + "9" * 500_000), "wrong-type", "8:7"),
    ("a long line", with_top("").replace("name: Test\n", "name: " + "x" * 900_000 + "\n", 1), "bad-value", "2:7"),
    ("a long condition", with_rule(f"{{when: joined, if: '{'(' * 900_000}', do: [{{play: bell}}]}}"), "bad-expression",
     "12:27"),
    ("a long text", with_step(f"{{say: '{'{person.name}' * 60_000}'}}"), "bad-value", "12:32"),
    ("a long pattern", with_rule(f"{{when: {{chat: {{matches: '{'(a|b)?' * 99_000}'}}}}, do: [{{play: bell}}]}}"),
     "bad-regex", "12:32"),
    ("a pattern that multiplies",
     with_rule("{when: {chat: {matches: '((((a{9}){9}){9}){9}){9}'}}, do: [{play: bell}]}"), "bad-regex", "12:32"),
    ("inputs that multiply", with_bot(f"display_name: '{'{inputs.pupils}' * 60_000}'").replace("3}", f"{'9' * 15}}}"),
     "too-large", "11:20"),
]  # fmt: skip


def place(problem: Problem) -> tuple[str, str]:
    return problem.id, f"{problem.line}:{problem.column}"


@pytest.mark.parametrize(("text", "problem_id", "where"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_hard_input_is_one_problem_at_once(text: str | bytes, problem_id: str, where: str) -> None:
    problems: list[Problem] = []
    assert effort(lambda: problems.extend(lint_text(text))) < MOST_CALLS
    assert [(problem_id, where)] == [place(problem) for problem in problems if problem.severity == "error"]
    assert len(problems[0].render()) < 1000


def test_very_many_problems_are_cut_and_errors_come_before_warnings() -> None:
    problems = lint_text(with_bot(MANY_STEPS))
    assert (200, {"unknown-step"}) == (len(problems), {problem.id for problem in problems})
    strangers = ", ".join(f"{{say: {{text: Hi, to: Ana {n}}}}}" for n in range(300))
    text = with_step(strangers + ", {invite: {people: pupil, to: red}}")
    found = [problem.id for problem in lint_text(text.replace("    rules:", "    role: moderator\n    rules:"))]
    assert (1, 199) == (found.count("unknown-breakout"), found.count("unknown-person"))


@pytest.mark.parametrize("mark", ["\n", "\r\n", "\r"])
def test_any_line_end_and_a_byte_order_mark_mean_the_same(mark: str) -> None:
    text = with_bot("microphone: bell\nrolle: moderator").replace("\n", mark)
    assert [("unknown-key", "12:5")] == [place(problem) for problem in lint_text(b"\xef\xbb\xbf" + text.encode())]


def said(path: Path | str) -> str:
    [problem] = lint(path)
    assert "unreadable" == problem.id
    return problem.message


def test_a_pipe_that_nobody_writes_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "this is a pipe, not a playbook file" == said(tmp_path / "pipe.yaml")


def test_a_device_without_end_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    assert "this is a device, not a playbook file" == said(tmp_path / "zero.yaml")


def test_a_folder_a_loop_of_links_and_a_strange_name_are_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    assert "this is a folder, not a playbook file" == said(tmp_path)
    assert "this file cannot be read: Too many levels of symbolic links" == said(tmp_path / "a.yaml")
    assert "this file cannot be read: embedded null byte" == said("a\0b.yaml")


def test_a_file_without_permission_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> int:  # root, who runs tests in containers, may read everything
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.yaml").touch()
    monkeypatch.setattr(Path, "open", refused)
    assert "this file cannot be read: Permission denied" == said(tmp_path / "a.yaml")


def test_of_a_large_file_only_the_beginning_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.yaml").open("wb") as file:
        file.truncate(10**12)
    data, problem = read_file(tmp_path / "a.yaml")
    assert problem is not None
    assert ("too-large", "a playbook has at most 1,000,000 bytes, this has 1,000,000,000,000") == (
        problem.id, problem.message,
    )  # fmt: skip
    assert len(data) <= 1_000_001
