"""The canonical layout: same meaning, every comment, the same for its own result."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel

from bots.errors import PlaybookError
from bots.playbook import format_text
from bots.playbook.layout.written import Collection, Value, comments_of, read_written
from bots.playbook.reading.load import examine
from tests.examples import examples
from tests.unit.playbook.texts import EVERYTHING, SMALLEST, with_bot, with_rule

PLAYBOOKS = sorted(
    path for path in (Path(__file__).parents[4] / "playbooks").glob("*.yaml") if ".test" not in path.suffixes
)


def meaning(text: str) -> Any:
    """All values of the model but the places of the steps."""
    found = examine(text, file="t.yaml", folder=None, environment=None, inputs={}, must_be_given=False).playbook
    assert found is not None
    return without_places(found)


def without_places(value: Any) -> Any:
    match value:
        case BaseModel():
            return {name: without_places(part) for name, part in value if name not in ("where", "path")}
        case dict():
            return [(key, without_places(part)) for key, part in value.items()]  # the order of bots means something
        case tuple():
            return [without_places(part) for part in value]
        case _:
            return dataclasses.astuple(value) if dataclasses.is_dataclass(value) else value  # type: ignore[arg-type]


def check_kept(text: str) -> None:
    once = format_text(text)
    assert meaning(text) == meaning(once)
    assert sorted(comments_of(text, "t")) == sorted(comments_of(once, "t"))
    assert once == format_text(once)


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.name)
def test_the_playbooks_of_the_product_are_canonical(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == format_text(text)


@pytest.mark.parametrize("text", [EVERYTHING, SMALLEST, with_rule("{when: joined, do: [{say: Hi}]}")])
def test_a_layout_keeps_the_meaning_and_is_its_own(text: str) -> None:
    check_kept(text)


_TEXTS = st.text(st.sampled_from("ab .,:;#'\"!?-{}[]&*|>%@`~=\\\n\té中\u2028"), min_size=1, max_size=12)


@examples(10)
@given(_TEXTS, st.sampled_from(['"', "'"]), st.booleans())
def test_any_text_stays_the_text_that_it_was(text: str, quote: str, is_flow: bool) -> None:
    assume("{" not in text and "}" not in text and text.strip())  # an empty line is no line to say
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    escaped = escaped.replace("\u2028", "\\u2028")
    assume(quote == '"' or not set(text) & set("\n\t\u2028"))
    written = f'"{escaped}"' if quote == '"' else "'" + text.replace("'", "''") + "'"
    check_kept(
        with_rule(f"{{when: chat, do: [{{say: {written}}}]}}" if is_flow else f"when: chat\n  do:\n  - say: {written}")
    )


@examples(6)
@given(st.lists(st.tuples(st.integers(0, 68), st.sampled_from(["own", "end", "blank"])), max_size=8), st.data())
def test_no_comment_is_lost_and_no_blank_line_matters(places: list[tuple[int, str]], data: st.DataObject) -> None:
    lines = EVERYTHING.splitlines()
    for number, (place, kind) in enumerate(places):
        at = place % len(lines)
        match kind:
            case "own":
                indent = " " * data.draw(st.integers(0, 10))
                lines.insert(at, f"{indent}# comment {number}")
            case "end" if lines[at].strip():
                lines[at] += f"  # note {number}"
            case _:
                lines.insert(at, "")
    check_kept("\n".join(lines))


@examples(10)
@given(st.data())
def test_lines_of_a_playbook_in_any_order_are_laid_out_or_refused(data: st.DataObject) -> None:
    lines = EVERYTHING.splitlines()
    for _ in range(data.draw(st.integers(0, 3))):
        one, two = (data.draw(st.integers(1, len(lines) - 1)) for _ in "ab")
        lines[one], lines[two] = lines[two], lines[one]
    try:
        once = format_text("\n".join(lines))
    except PlaybookError:
        return
    assert once == format_text(once)


def restyled(node: Value, source: str, data: st.DataObject, indent: int, *, is_flow: bool) -> str:
    """A tree written anew with its keys in any order, its collections in any style, its texts as they were."""
    if not isinstance(node, Collection):
        return source[node.start : node.end]
    is_flow = is_flow or data.draw(st.integers(0, 3)) == 0
    entries = data.draw(st.permutations(node.entries)) if node.is_mapping and indent else node.entries
    parts = []
    for entry in entries:
        inner = restyled(entry.value, source, data, indent + 2, is_flow=is_flow)
        key = f"{entry.key.text}: " if entry.key else "" if is_flow else "- "
        parts.append(f"{key.rstrip()}{inner}" if inner.startswith("\n") else f"{key}{inner}")
    if is_flow:
        return f"{'{' if node.is_mapping else '['}{', '.join(parts)}{'}' if node.is_mapping else ']'}"
    return "".join(f"\n{' ' * indent}{one}" for one in parts)


@examples(5)
@given(st.data())
def test_the_same_playbook_in_other_clothes_is_laid_out_with_its_meaning(data: st.DataObject) -> None:
    source = EVERYTHING.replace("say: Hi", 'say: "Hi"')
    root = read_written(source, "t")
    text = "\n".join(
        f"{entry.key.text if entry.key else ''}: {restyled(entry.value, source, data, 2, is_flow=False)}"
        for entry in root.entries
    )
    check_kept(text)


def part(text: str) -> str:
    """The canonical form of a bot's settings."""
    return format_text(with_bot(text)).partition("  helper:\n")[2]


NOTED = """\
    rules:
      - when: left
        do:
          - unmute  # a
          - say: Hi  # b
"""
UNFOLDED = """\
    timeline:
      - at: start
        do: [{unmute: me}]
"""
FOLDED = """\
    timeline:
      - at: start
        do:
          - say: >-
              Good morning
"""


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("timeline: [{at: start,\n  do: [{unmute: me}]}]", UNFOLDED),
        ("arrive:\n  over: 5s\n  at: start", "    arrive: {at: start, over: 5s}\n"),
        ("count: 2\nrole: moderator", "    role: moderator\n    count: 2\n"),
        ("display_name: 'Helper'", "    display_name: Helper\n"),
        ("display_name: 'Hi!'", '    display_name: "Hi!"\n'),
        ("display_name: 'true'", '    display_name: "true"\n'),
        ("display_name: 'Pupil {n}'", '    display_name: "Pupil {n}"\n'),
        ("invites: [{from: start}]", "    invites: [{from: start}]\n"),
        ("invites:\n- {otherwise: ignore}", "    invites:\n      - {otherwise: ignore}\n"),
        ("invites:\n- until: end\n  from: start", "    invites:\n      - {from: start, until: end}\n"),
        ("arrive: {at: start}   # early", "    arrive: {at: start}   # early\n"),
        ("arrive: # early\n  at: start", "    arrive: {at: start}  # early\n"),
        ("arrive: {\n  at: start, # early\n  over: 5s}", "    arrive:\n      at: start  # early\n      over: 5s\n"),
        ("# a\nrole: moderator\n\n\n# b\ncount: 2", "    # a\n    role: moderator\n\n    # b\n    count: 2\n"),
        ("rules: [{when: left,\n  do: [unmute, # a\n  {say: Hi}, # b\n  ]}]", NOTED),
        ("role: moderator\n# the end", "    role: moderator\n    # the end\n"),
        (
            "timeline: [{at: start, do: [{log: &x a}, {log: *x}]}]",
            "    timeline: [{at: start, do: [{log: &x a}, {log: *x}]}]\n",
        ),
        ("timeline:\n- do:\n  - say: >-\n      Good\n      morning\n  at: start", FOLDED),
    ],
)
def test_settings_are_laid_out(written: str, canonical: str) -> None:
    assert canonical == part(written)


def test_a_comment_at_the_top_of_the_file_stays_there() -> None:
    assert format_text("# Top\nname: N\nplaybook: 1\n").startswith("# Top\nplaybook: 1\nname: N\n")


def test_what_cannot_be_kept_is_refused_with_its_place() -> None:
    with pytest.raises(PlaybookError, match=r"playbook.yaml:\d+:\d+: error\[cannot-format\] a comment behind \|"):
        format_text(with_bot("display_name: | # here\n  Helper"))
    with pytest.raises(PlaybookError, match="cannot-format"):
        format_text(with_bot("rules: [\n  # none yet\n]"))


def test_what_is_no_playbook_is_refused() -> None:
    with pytest.raises(PlaybookError, match="not-a-playbook"):
        format_text("services: {}\n")
    with pytest.raises(PlaybookError, match="duplicate-key"):
        format_text("playbook: 1\nplaybook: 1\n")


def test_an_anchor_that_is_not_kept_does_not_keep_the_order_either() -> None:
    formatted = format_text("&a name: N\nplaybook: 1\n")
    assert "playbook: 1\nname: N\n" == formatted == format_text(formatted)
