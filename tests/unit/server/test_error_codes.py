"""docs/error-codes.md: whole, without a code twice, and every test that it names makes the server send that code."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from bots.server import codes
from bots.server.provisioning import rooms as room_bodies
from bots.server.provisioning import settings as room_settings

ROOT = Path(__file__).parents[3]
# the vendor's tables: web SDK 1.9, 2.3.16 and 3.1.8, Android SDK, documents
VENDOR = (
    "0 1 -1 1000 1130-1133 1140-1203 1340 1701 1702 1705 1707-1712 1719 1724-1726 1729 1731 1734 2001 2002 2006 2101 "
    "2102 4101 4108 4119 4121 4125 7000 7001 7008 7009 7014 7034 7036 7037 7044 7045 7071 7072 7078 7079 7101-7103 "
    "7201-7204 8000-8004 10000-10010 5001-5158"
)
OURS = {4118}


def spread(text: str) -> list[int]:
    """Numbers and ranges of numbers, one by one."""
    found: list[int] = []
    for first, last in re.findall(r"(-?\d+)(?:-(\d+))?", text):
        found += range(int(first), int(last or first) + 1)
    return found


def rows(title: str) -> list[list[str]]:
    text = (ROOT / "docs/error-codes.md").read_text().split(f"## {title}\n")[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in re.findall(r"^\| -?\d.*", text, re.M)]


SENT = [(int(code), test.strip("`")) for code, _, test in rows("Sent")]


@cache
def functions(file: str) -> dict[str, str]:
    """Every test of a file, with its decorators, as text."""
    text = (ROOT / file).read_text()
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            found[node.name] = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return found


def test_every_code_of_the_vendor_is_in_one_row() -> None:
    not_sent = [code for codes_, reason in rows("Not sent") if reason for code in spread(codes_)]
    told = [code for code, _ in SENT] + not_sent
    assert sorted(told) == sorted({*told}), "a code stands in two rows"
    assert {*spread(VENDOR), *OURS} == {*told}


@pytest.mark.parametrize(("code", "test"), SENT)
def test_a_code_that_is_sent_is_sent_by_the_test_that_is_named(code: int, test: str) -> None:
    file, name = test.split("::")
    assert name in functions(file), f"{file} has no test {name}"
    found = functions(file)[name] + ("" if code else "0")
    assert re.search(rf"(?<!\d){code}(?!\d)", found), f"{test} does not speak of {code}"


def test_every_code_that_the_server_has_a_name_for_is_sent() -> None:
    named = {value for name, value in vars(codes).items() if name.isupper()}
    for module in (room_bodies, room_settings):
        named |= {value for value in vars(module).values() if isinstance(value, int) and 10_000 <= value <= 10_010}
    assert named <= {code for code, _ in SENT}
