"""What every step has."""

from typing import ClassVar, Literal

from bots.playbook.values.shape import Frozen

__all__ = ["AnyStep", "Role"]

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
