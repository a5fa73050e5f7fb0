"""`bots version`."""

import json
import platform
from importlib.metadata import version

import typer

from bots import __version__

__all__ = ["print_versions"]

PARTS = ("aiortc", "aioice", "av", "apscheduler", "websockets", "pydantic", "structlog", "tzdata")


def print_versions(*, as_json: bool) -> None:
    """One line each: bots, Python, and the libraries that a bug report should name; or an object of them."""
    found = {"bots": __version__, "python": platform.python_version(), **{part: version(part) for part in PARTS}}
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for part, number in found.items():
        typer.echo(f"{part} {number}")
