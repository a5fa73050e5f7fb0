"""How a run ends, in exactly one of these; and how a step says that it cannot be done."""

from typing import Literal

__all__ = ["CannotDo", "Outcome"]

Outcome = Literal["finished", "condition_false", "already_running", "stopped", "failed", "misfired"]


class CannotDo(Exception):
    """A step cannot be done as things are; the message says why."""
