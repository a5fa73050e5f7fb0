"""The rules of a room, one module a family: who may, what changes, who is told. Pure; `Desk` asks them."""
