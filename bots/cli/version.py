"""`bots version`."""

import platform
from importlib.metadata import version

import typer

from bots import __version__

__all__ = ["print_versions"]

PARTS = ("aiortc", "aioice", "av", "apscheduler", "websockets", "pydantic", "structlog", "tzdata")


def print_versions() -> None:
    """One line each: bots, Python, and the libraries that a bug report should name."""
    typer.echo(f"bots {__version__}")
    typer.echo(f"python {platform.python_version()}")
    for part in PARTS:
        typer.echo(f"{part} {version(part)}")
