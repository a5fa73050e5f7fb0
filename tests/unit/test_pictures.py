"""The pictures of docs/ are those that their script draws."""

import importlib.util
from pathlib import Path

from bots.rotation import PATTERNS, solve

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


def test_every_pattern_has_the_picture_that_the_script_draws() -> None:
    spec = importlib.util.spec_from_file_location("pictures", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    assert set(PATTERNS) == set(make.PICTURES)
    for name, (problem, words) in make.PICTURES.items():
        assert make.drawn(name, solve(problem), words) == (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
