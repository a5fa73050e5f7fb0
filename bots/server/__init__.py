"""The embedded room server: the same wire as EnableX, for local sessions, rehearsals, simulations and tests."""

from bots.server.listening import HttpServer
from bots.server.provisioning.refusal import ApiRefusal
from bots.server.provisioning.rooms import new_room_body
from bots.server.reception import Acknowledge, Line, Media, Reception
from bots.server.rooms import Rooms
from bots.server.serve import RoomServer
from bots.server.state import Room
from bots.server.talkers import HANGOVER_S
from bots.server.tokens import LIFE_S as TOKEN_LIFE_S
from bots.server.tokens import Claim, TokenMint
from bots.server.welcome import room_meta

__all__ = [
    "HANGOVER_S",
    "TOKEN_LIFE_S",
    "Acknowledge",
    "ApiRefusal",
    "Claim",
    "HttpServer",
    "Line",
    "Media",
    "Reception",
    "Room",
    "RoomServer",
    "Rooms",
    "TokenMint",
    "new_room_body",
    "room_meta",
]
