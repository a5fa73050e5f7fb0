"""`bots simulate` as its users start it: one seed gives one trace in every process."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.program import BOTS, PLAYBOOKS


def trace_of(playbook: Path, path: Path, *, hash_seed: str, seed: str) -> bytes:
    """The trace of one process; Python orders sets of texts anew with each hash seed."""
    options = ["--people", "12", "--late", "30%", "--drop", "60%", "--seed", seed, "--trace", str(path)]
    subprocess.run(
        [BOTS, "simulate", playbook, *options], env={**os.environ, "PYTHONHASHSEED": hash_seed}, timeout=60,
        stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    return path.read_bytes()


@pytest.mark.parametrize("name", ["classroom", "rehearsal"])
def test_two_processes_with_one_seed_write_the_same_trace_and_another_seed_another(name: str, tmp_path: Path) -> None:
    playbook = PLAYBOOKS / f"{name}.yaml"
    first = trace_of(playbook, tmp_path / "1", hash_seed="1", seed="4")
    assert first == trace_of(playbook, tmp_path / "2", hash_seed="2", seed="4")
    assert first != trace_of(playbook, tmp_path / "3", hash_seed="1", seed="5")
