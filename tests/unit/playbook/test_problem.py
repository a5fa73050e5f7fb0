"""How a problem is shown."""

from bots.playbook import Problem


def test_a_problem_shows_its_line_and_a_caret_under_the_place() -> None:
    problem = Problem("t.yaml", 3, 7, "error", "bad-value", "no", "    a: bcd", 3)
    assert "t.yaml:3:7: error[bad-value] no\n    3 |     a: bcd\n      |       ^^^" == problem.render()


def test_wide_letters_keep_the_caret_under_the_place() -> None:
    problem = Problem("t.yaml", 1, 4, "error", "x", "no", "a日b: c", 1)
    assert "      |     ^" == problem.render().splitlines()[2]


def test_control_characters_cannot_forge_lines() -> None:
    problem = Problem("t.yaml", 1, 1, "error", "x", "no\n\x1b[31mred", "a\x1b[0m\tb")
    assert 3 == len(problem.render().splitlines())
    assert "\x1b" not in problem.render()


def test_a_long_line_is_cut_around_the_place() -> None:
    problem = Problem("t.yaml", 1, 301, "warning", "x", "no", "a" * 300 + "b" + "c" * 300)
    _, line, caret = problem.render().splitlines()
    assert len(line) < 130
    assert "b" == line[caret.index("^")]


def test_a_problem_without_a_line_is_its_first_line_only() -> None:
    assert "t.yaml:1:1: error[unreadable] no" == Problem("t.yaml", 1, 1, "error", "unreadable", "no").render()
