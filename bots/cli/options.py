"""Options that several commands share: what the user typed, checked. Light: loads no media stack and no logger."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

import typer

if TYPE_CHECKING:
    from bots.log import Format

__all__ = ["address_of", "inputs_of", "log_format_of"]


def log_format_of(text: str) -> "Format":
    """The value of `--log-format`.

    Raises:
        typer.BadParameter: it is none of the formats.
    """
    from bots.log import Format  # structlog takes a tenth of a second to load, and lint writes no log

    for known in get_args(Format):
        if text == known:
            return known  # type: ignore[no-any-return]  # get_args gives Any; it is one of the literal's values
    raise typer.BadParameter(f"must be one of {', '.join(get_args(Format))}", param_hint="--log-format")


def inputs_of(pairs: Sequence[str]) -> dict[str, str]:
    """The values of `--set NAME=VALUE`.

    Raises:
        typer.BadParameter: one has no `=`.
    """
    inputs: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{pair!r} is not NAME=VALUE", param_hint="--set")
        inputs[name] = value
    return inputs


def address_of(text: str) -> tuple[str, int]:
    """Host and port of `--http HOST:PORT`; an IPv6 address may stand in brackets.

    Raises:
        typer.BadParameter: it is no address.
    """
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and int(port) < 65_536):
        raise typer.BadParameter(f"{text!r} is no address; write 127.0.0.1:8080", param_hint="--http")
    return host.removeprefix("[").removesuffix("]"), int(port)
