"""What every step has."""

import re
from typing import ClassVar, Literal

from bots.playbook.values.shape import Frozen, Loc

__all__ = ["AnyStep", "Role"]

_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
Role = Literal["moderator", "participant"]


class AnyStep(Frozen):
    """One thing to do; its model is told apart by `kind`.

    Attributes:
        where: its place in the YAML, "demo.yaml:14:9".
        path: the way on which it is reached from the top, "bots.helper.rules[0].do[1]".
    """

    internal: ClassVar[frozenset[str]] = frozenset({"kind", "where", "path"})
    where: str = ""
    path: str = ""

    @property
    def loc(self) -> Loc:
        """The way in parts: keys and indexes."""
        return tuple(int(index) if index else name for index, name in _PART.findall(self.path))
