"""How a run ends: in exactly one of these."""

from typing import Literal

__all__ = ["Outcome"]

Outcome = Literal["finished", "condition_false", "already_running", "stopped", "failed", "misfired"]
