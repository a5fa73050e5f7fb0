"""Words of the language that cannot be had yet: each is one clear error, never a silent nothing."""

from collections.abc import Mapping

__all__ = ["LATER_STEPS", "LATER_TRIGGERS"]

LATER_TRIGGERS: Mapping[str, str] = {
    "hand_raised": "the room client cannot tell who raises a hand",
    "recording": "the room client cannot tell whether the room is recorded",
}
LATER_STEPS: Mapping[str, str] = {
    "floor": "the room client cannot give or take the floor",
    "role": "the room client cannot hand over the moderator's role",
    "record": "the room client cannot record",
    "extend": "a session ends when its schedule says",
    "join": "a bot goes into a breakout room by its invites",
}
