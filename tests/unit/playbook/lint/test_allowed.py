"""`# bots: allow ID` silences a problem on its line; one that silences nothing is told."""

import pytest

from bots.playbook import lint_text
from tests.unit.playbook.texts import with_bot


def ids(text: str) -> list[str]:
    return [problem.id for problem in lint_text(text)]


def clip(comment: str) -> str:
    """A playbook whose clip nobody plays, with a comment on its line."""
    return with_bot("role: moderator").replace(
        "audio: {bell: {file: bell.wav}}", f"audio: {{bell: bell.wav}}  {comment}"
    )


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("", ["unused-clip"]),
        ("# bots: allow unused-clip", []),
        ("# bots: allow unused-clip -- the teacher plays it", []),
        ("# bots: allow same-name, unused-clip", ["unused-allow"]),
        ("# bots: allow same-name", ["unused-clip", "unused-allow"]),
        ("# bots allow unused-clip", ["unused-clip"]),
    ],
)
def test_a_comment_silences_what_it_names(comment: str, left: list[str]) -> None:
    assert left == ids(clip(comment))


def test_a_comment_counts_on_its_own_line_only() -> None:
    assert ["unused-allow", "unused-clip"] == ids(clip("").replace("audio:", "# bots: allow unused-clip\naudio:"))


def test_text_that_looks_like_the_comment_allows_nothing() -> None:
    assert ["unused-clip"] == ids(clip("").replace("name: Test", 'name: "T # bots: allow unused-clip"'))


def test_an_unused_comment_is_shown_at_its_id() -> None:
    [problem] = lint_text(clip("# bots: allow nothing").replace("{bell: bell.wav}", "{}"))
    assert ("unused-allow", "nothing") == (problem.id, problem.source[problem.column - 1 :][: problem.width])
    assert "warning" == problem.severity
