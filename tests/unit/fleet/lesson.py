"""A small playbook for the tests of this folder."""

from datetime import UTC, datetime
from typing import Any

from bots.bot import Provider
from bots.playbook import Playbook

__all__ = ["PROVIDER", "START", "playbook_of"]

START = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
PROVIDER = Provider("http://127.0.0.1:1/video/v2", "app", "very-secret-key")


def playbook_of(**values: Any) -> Playbook:
    """A helper and some pupils, from values shaped like the YAML."""
    return Playbook.model_validate(
        {
            "playbook": 1,
            "name": "Demo",
            "timezone": "Europe/Madrid",
            "seed": 7,
            "room": {"id": "main"},
            "schedule": [{"id": "lesson", "length": "50m"}],
            "bots": {"helper": {"role": "moderator"}, "pupil": {"count": 3}},
            "folder": "/sounds",
            **values,
        }
    )
