"""The embedded room server: the same wire as EnableX, for local sessions, rehearsals and tests."""

from bots.server.serve import RoomServer

__all__ = ["RoomServer"]
