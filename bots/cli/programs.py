"""What commands print for programs, with `--json`."""

import json
from typing import Any

import typer

__all__ = ["print_json"]


def print_json(value: Any) -> None:
    """Print one JSON document, laid out so that people can read it, too."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
