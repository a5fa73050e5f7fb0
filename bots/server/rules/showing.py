"""Who is pinned and who is in the spotlight: kept with the session and told to everybody.

Source: moderation.md section 9: moderators only; pins at most the talkers less one, spotlights at most the talkers. The
vendor does not say what the broadcast lists: ours lists all who are pinned, or in the spotlight, from then on.
Who is pinned keeps a talker slot though silent (people.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bots.server.codes import BAD_ARGUMENT, Refused
from bots.server.member import Member
from bots.server.rules.ruling import Reply, require_moderator, target_in
from bots.server.state import Room
from bots.wire import RoomManagement, granted

__all__ = ["set_options"]

_SHOWN = ("update-pin-users", "spotlight-users")


def set_options(room: Room, member: Member, options: Sequence[Mapping[str, Any]]) -> Reply:
    """Take a list of options; unknown ones are acknowledged and do nothing.

    Raises:
        Refused: 4101 to participants; 1155 for who is not here, an unknown `request`, and more than there is place for.
    """
    reply = Reply(granted())
    for option in options:
        if option.get("id") == "speaker-notification":
            member.watches_talk = option.get("enable") is True
        elif option.get("id") in _SHOWN:
            reply = _show(room, member, str(option["id"]), option)
    return reply


def _show(room: Room, member: Member, what: str, option: Mapping[str, Any]) -> Reply:
    require_moderator(member)
    is_pin = what == "update-pin-users"
    named, request = option.get("clientIds"), option.get("request")
    if not isinstance(named, list) or not named or request not in ("add", "remove"):
        raise Refused(BAD_ARGUMENT, 'An option has a "request", add or remove, and a list of "clientIds".')
    ids = [target_in(room, str(one)).client_id for one in named]
    shown = room.pinned if is_pin else room.in_spotlight
    after = [one for one in shown if one not in ids] + (ids if request == "add" else [])
    most = room.slots - 1 if is_pin else room.slots
    if len({*after}) > most:
        raise Refused(BAD_ARGUMENT, f"At most {most} can be {'pinned' if is_pin else 'in the spotlight'} here.")
    shown[:] = dict.fromkeys(after)
    keys = ("clientIds",) if is_pin else ("clientIds", "clients", "users")  # documented: one of the two
    notice = RoomManagement(id=what, msg={"moderator_id": member.client_id, **{key: list(shown) for key in keys}})
    return Reply(granted(clients=list(shown)), room.tell(notice))
