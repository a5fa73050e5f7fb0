"""The folders are the architecture: who may import whom, read from the source (design section 6)."""

import ast
from pathlib import Path

import pytest

import bots

ROOT = Path(bots.__file__).parent
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "clock": set(),
    "log": set(),
    "loop": set(),
    "playbook": {"errors"},
    "rotation": {"errors"},
    "wire": {"errors"},
    "media": {"errors", "clock"},
    "schedule": {"errors", "clock", "playbook"},
    "trace": {"errors"},
    "journal": {"errors", "clock"},
    "room": {"errors", "clock", "wire", "media"},
    "server": {"errors", "clock", "wire", "media"},
    "bot": {"errors", "clock", "playbook", "rotation", "schedule", "journal", "room", "media"},
    "fleet": {"errors", "clock", "log", "loop", "playbook", "schedule", "journal", "bot"},
    "timetable": {"errors", "clock", "playbook", "schedule", "journal", "fleet"},
    "dashboard": {"errors", "clock", "fleet", "timetable"},
    "simulation": {
        *("errors", "clock", "playbook", "wire", "media", "schedule"),
        *("journal", "room", "server", "bot", "fleet"),
    },
}
EVERYTHING = set(ALLOWED) - {"cli"}


def imports_of(path: Path) -> set[tuple[str, ...]]:
    """The dotted names below `bots` that a file imports, whether at the top or inside a function."""
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; write the full name"
            names = [
                f"{node.module}.{alias.name}" if node.module == "bots" else str(node.module) for alias in node.names
            ]
        else:
            continue
        found |= {tuple(name.split(".")[1:]) for name in names if name.split(".")[0] == "bots"}
    return found


def sources() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_folder_imports_only_what_the_table_allows(path: Path) -> None:
    home = path.relative_to(ROOT).parts[0].removesuffix(".py")
    if home == "__init__":
        assert imports_of(path) == set()
        return
    if home == "__main__":  # `python -m bots` is the command
        assert imports_of(path) == {("cli", "main")}
        return
    for name in imports_of(path):
        if not name or name[0] in ("__version__", home):
            continue
        assert home == "cli" or name[0] in ALLOWED[home], f"{path}: {home} must not import bots.{'.'.join(name)}"
        assert name[0] != "cli", f"{path}: nobody imports the command"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_another_folder_is_entered_by_its_door(path: Path) -> None:
    home = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for name in imports_of(path):
        if name and name[0] != home and home not in ("cli", "__main__"):
            assert len(name) == 1, f"{path}: import from bots.{name[0]}, not from bots.{'.'.join(name)}"
        if name == (home,) and path.name != "__init__.py":
            pytest.fail(f"{path}: inside a folder import the module, never one's own door")


def test_every_folder_is_in_the_table() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name != "__pycache__"} - {"cli"}
    assert folders <= set(ALLOWED)
