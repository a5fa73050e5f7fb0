"""What `make check` says of known vulnerabilities in the locked packages."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

JUDGE: Callable[[str], tuple[int, list[str]]] = runpy.run_path(str(Path(__file__).parents[2] / ".ci" / "audit.py"))[
    "judge"
]


def judged(*packages: dict[str, Any]) -> tuple[int, str]:
    code, said = JUDGE(json.dumps({"dependencies": packages, "fixes": []}))
    return code, "\n".join(said)


def test_a_known_vulnerability_fails_and_says_where_it_is_mended() -> None:
    found = {"id": "PYSEC-2018-1", "fix_versions": ["3.1.6"], "aliases": [], "description": ""}
    code, said = judged(
        {"name": "jinja2", "version": "2.10", "vulns": [found]}, {"name": "httpx", "version": "1", "vulns": []}
    )
    assert 1 == code
    assert "2 of 2 locked packages looked up, 1 known" in said
    assert "jinja2 2.10: PYSEC-2018-1; mended in: 3.1.6" in said


def test_what_the_index_does_not_know_is_counted_and_fails_nothing() -> None:
    code, said = judged(
        {"name": "httpx", "version": "1", "vulns": []}, {"name": "x", "version": "1", "skip_reason": "not found"}
    )
    assert (0, "audit: 1 of 2 locked packages looked up, 0 known vulnerabilities") == (code, said)


def test_a_machine_without_a_network_fails_nothing() -> None:
    code, said = JUDGE("")
    assert 0 == code
    assert "cannot be reached" in said[0]
