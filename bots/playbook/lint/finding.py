"""What a static check found, before it has a place in the text."""

from dataclasses import dataclass, replace

from bots.playbook.model.steps.step import Step
from bots.playbook.problem import Problem, Severity
from bots.playbook.reading.plain import locate
from bots.playbook.reading.source import Document
from bots.playbook.values.shape import Loc

__all__ = ["Finding", "loc_of"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence about a way through the playbook.

    Attributes:
        loc: the way, in keys of the YAML; its last parts may be missing there (a default).
        id: stable.
        message: one sentence.
        severity: an error is certain, a warning likely.
        is_about_key: point at the key, not at its value.
    """

    loc: Loc
    id: str
    message: str
    severity: Severity = "error"
    is_about_key: bool = False

    def problem(self, document: Document) -> Problem:
        """With its place."""
        owner = document.at(self.loc)
        assert owner.root is not None, "a document that could be read"
        spot = locate(owner.root, self.loc)
        node = spot.key if self.is_about_key and spot.key is not None else spot.node
        return replace(owner.problem_at(node.place, self.id, self.message), severity=self.severity)


def loc_of(step: Step, *parts: str | int) -> Loc:
    """The way to a step, or to a part of it."""
    return (*step.loc, *parts)
