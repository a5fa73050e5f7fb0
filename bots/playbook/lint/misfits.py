"""Does a room that exists hold what a playbook wants to do in it?"""

from bots.playbook.lint.limits import check_limits
from bots.playbook.lint.rotations import check_rotations
from bots.playbook.model.playbook import Playbook, RoomChoice, RoomSettings

__all__ = ["misfits"]

_OF_THE_ROOM = ("enablex-limit", "too-few-seats")


def misfits(
    playbook: Playbook, *, mode: str, max_active_talkers: int, moderators: int | None, participants: int | None
) -> list[str]:
    """What does not fit into a room with these settings (server-api.md section 4), a sentence each."""
    settings = RoomSettings.model_construct(
        mode=mode, max_active_talkers=max_active_talkers, moderators=moderators, participants=participants,
        duration_s=None,
    )  # fmt: skip
    there = playbook.model_copy(update={"room": RoomChoice.model_construct(id=None, create=settings)})
    found = (finding for check in (check_limits, check_rotations) for finding in check(there))
    return list(dict.fromkeys(finding.message for finding in found if finding.id in _OF_THE_ROOM))
