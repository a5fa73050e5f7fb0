"""Every claim of docs/security.md names a test that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLAIMS = re.findall(r"`(tests/\S+?\.py)::(test_\w+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))


def test_there_are_claims() -> None:
    assert len(CLAIMS) > 25


@pytest.mark.parametrize(("file", "name"), CLAIMS)
def test_the_test_of_a_claim_is_there(file: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
