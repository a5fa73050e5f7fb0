"""`bots schema`: the JSON Schema of a playbook."""

import json

import typer

from bots.playbook import json_schema

__all__ = ["print_schema"]


def print_schema() -> None:
    """Print it; JSON Schema 2020-12, made from the same model that reads playbooks."""
    typer.echo(json.dumps(json_schema(), indent=2))
