"""Options that several commands share: what the user typed, checked."""

import os
from collections.abc import Mapping, Sequence
from typing import get_args

import typer

from bots.bot import Provider
from bots.errors import ConfigError
from bots.log import Format

__all__ = ["inputs_of", "log_format_of", "provider_of"]

VARIABLES = ("BOTS_API_URL", "BOTS_APP_ID", "BOTS_APP_KEY")


def log_format_of(text: str) -> Format:
    """The value of `--log-format`.

    Raises:
        typer.BadParameter: it is none of the formats.
    """
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


def provider_of(environment: Mapping[str, str] = os.environ) -> Provider | None:
    """The provider that the environment names; None if it names none, for the embedded room server.

    Raises:
        ConfigError: some of the three variables are set and others not.
    """
    given = [name for name in VARIABLES if environment.get(name)]
    if not given:
        return None
    missing = [name for name in VARIABLES if name not in given]
    if missing:
        raise ConfigError(
            f"{', '.join(given)} is set, but {', '.join(missing)} is not. Set all three to use EnableX or another "
            "room server, or none to use the embedded one."
        )
    url, app_id, app_key = (environment[name] for name in VARIABLES)
    return Provider(url, app_id, app_key)
