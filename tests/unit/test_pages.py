"""The README and docs/: every command and option is there, tables are tables, links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from bots.cli.main import app

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]


def commands(command: object, name: str = "bots") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each command that does something, and its long options."""
    below = getattr(command, "commands", {})
    for child, one in below.items():
        yield from commands(one, f"{name} {child}")
    if not below:
        named = [option for parameter in getattr(command, "params", ()) for option in parameter.opts]
        yield name, tuple(option for option in named if option.startswith("--"))


COMMANDS = dict(commands(typer.main.get_command(app)))
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def test_every_command_is_in_the_table_of_the_readme() -> None:
    told = set(re.findall(r"`bots ([a-z]+)", README.read_text(encoding="utf-8")))
    assert set() == {name.split()[1] for name in COMMANDS} - told


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_on_a_page(name: str) -> None:
    assert [] == [option for option in COMMANDS[name] if option != "--help" and f"{option}" not in TEXT]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_table_has_a_head_so_that_it_is_shown_as_one(page: Path) -> None:
    lines = ["", *page.read_text(encoding="utf-8").splitlines()]
    first = [n for n, line in enumerate(lines) if line.startswith("|") and not lines[n - 1].startswith("|")]
    assert [] == [f"{page.name}:{n}" for n in first if not re.fullmatch(r"\|[ :|-]+\|", lines[n + 1])]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


def anchors(page: Path) -> set[str]:
    """What a heading is called in links: small letters, blanks as hyphens, no other signs."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}
