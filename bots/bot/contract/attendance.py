"""What a playbook says of attendance, as a bot gets it."""

from dataclasses import dataclass

__all__ = ["AttendancePlan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendancePlan:
    """What the playbook's `attendance` says; seconds, and a share of the lesson from 0 to 1."""

    late_after_s: float = 300.0
    present_needs: float = 0.5
    has_names: bool = False
