"""What every step has."""

import re
from typing import ClassVar, Literal

from bots.playbook.values.shape import Frozen, Loc

__all__ = ["AnyStep", "Role", "Survival"]

_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
Role = Literal["moderator", "participant"]
Survival = Literal["reconcile", "keyed", "once"]


class AnyStep(Frozen):
    """One thing to do; its model is told apart by `kind`.

    Attributes:
        where: its place in the YAML, "demo.yaml:14:9".
        path: the way on which it is reached from the top, "bots.helper.rules[0].do[1]".
        survival: what becomes of it when the process is killed while it is done: the room is asked what is true, and
            the rest is done (`reconcile`); it is done again, and who knows it already takes it for the same
            (`keyed`); it is not done again, and reported as unknown (`once`).
    """

    internal: ClassVar[frozenset[str]] = frozenset({"kind", "where", "path"})
    survival: ClassVar[Survival]
    where: str = ""
    path: str = ""

    @property
    def loc(self) -> Loc:
        """The way in parts: keys and indexes."""
        return tuple(int(index) if index else name for index, name in _PART.findall(self.path))
