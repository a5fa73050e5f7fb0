"""bots version: for people and for programs."""

import json

from typer.testing import CliRunner

from bots import __version__
from bots.cli.main import app


def test_the_versions_are_the_same_for_people_and_programs() -> None:
    lines = CliRunner().invoke(app, ["version"]).output.splitlines()
    found = json.loads(CliRunner().invoke(app, ["version", "--json"]).output)
    assert __version__ == found["bots"]
    assert [f"{part} {number}" for part, number in found.items()] == lines
