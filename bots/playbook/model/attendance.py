"""Attendance: what counts as late, and as having been there."""

from typing import ClassVar

from pydantic import Field

from bots.playbook.values.scalars import Duration, Flag, Share
from bots.playbook.values.shape import Frozen

__all__ = ["AttendanceRules"]


class AttendanceRules(Frozen):
    """How the files attendance.csv and attendance.json judge people."""

    internal: ClassVar[frozenset[str]] = frozenset()
    late_after_s: Duration = Field(
        default=300.0, validation_alias="late_after", ge=0, description="Who comes later after the start, is late."
    )
    present_needs: Share = Field(
        default=0.5, le=1, description="Share of the lesson that somebody must be there to count as present."
    )
    names: Flag = Field(default=False, description="Write display names into the report's files, beside the ids.")
