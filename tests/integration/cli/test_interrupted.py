"""Ctrl-C while the command is still being loaded: 130, and not a word."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bots.__main__ import INTERRUPTED, main
from bots.cli.exits import Exit

ROOT = Path(__file__).parents[3]
PRESSED = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nimport time\ntime.sleep(30)\n"
AS_INSTALLED = ["-c", "import sys; from bots.__main__ import main; sys.exit(main())"]


@pytest.mark.parametrize("way", [["-m", "bots"], AS_INSTALLED])
@pytest.mark.parametrize(
    ("loading", "command"),
    [("typer", ["version"]), ("pydantic", ["lint", "x.yaml"]), ("aiortc", ["run", "playbooks/greeter.yaml"])],
)
def test_ctrl_c_while_it_is_loaded_ends_it_without_a_word(
    tmp_path: Path, loading: str, command: list[str], way: list[str]
) -> None:
    (tmp_path / f"{loading}.py").write_text(PRESSED)
    done = subprocess.run(
        [sys.executable, *way, *command], env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": ""}, capture_output=True,
        text=True, timeout=60, check=False, cwd=ROOT,
    )  # fmt: skip
    assert (Exit.INTERRUPTED, "", "") == (done.returncode, done.stdout, done.stderr)


def test_the_installed_command_is_the_same() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert ({"bots": f"{main.__module__}:main"}, Exit.INTERRUPTED) == (project["scripts"], INTERRUPTED)
