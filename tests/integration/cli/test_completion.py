"""`bots completion bash`: a real shell completes with it."""

import subprocess
import sys
from pathlib import Path

import pytest

BOTS = Path(sys.executable).with_name("bots")
ASK = 'eval "$(%s completion bash)"; COMP_WORDS=(bots %s); COMP_CWORD=%d; _bots_completion %s; echo "${COMPREPLY[@]}"'


@pytest.mark.parametrize(
    ("typed", "meant"), [("si", {"simulate"}), ("ctl st", {"status", "stop", "steer"}), ("run --res", {"--resume"})]
)
def test_bash_completes_commands_and_options(typed: str, meant: set[str]) -> None:
    line = ASK % (BOTS, typed, len(typed.split()), BOTS)
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, timeout=120)
    assert meant == set(done.stdout.split())
    assert "" == done.stderr


def test_another_shell_is_refused_with_those_that_there_are() -> None:
    done = subprocess.run([BOTS, "completion", "tcsh"], capture_output=True, text=True, check=False, timeout=120)
    assert 2 == done.returncode
    assert "bash, zsh, fish" in done.stderr
