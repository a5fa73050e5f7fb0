"""What steps come to through the named lists that they run, each list looked at once, however many run it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bots.playbook.model.steps.named import RunSteps
from bots.playbook.model.steps.step import Step, every_step

__all__ = ["Reach"]


class Reach:
    """Words about steps, and about all that they come to; the lists run each other in no circle."""

    def __init__(self, lists: Mapping[str, tuple[Step, ...]], words_of: Callable[[Step], Iterable[str]]) -> None:
        """Args:
        lists: the named step lists.
        words_of: what is said of one step by itself; of few words, for all of a list are kept.
        """
        self._lists = lists
        self._words_of = words_of
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, steps: Sequence[Step]) -> tuple[str, ...]:
        """All words about these steps, each once, in the order of the steps."""
        found: dict[str, None] = {}
        for step in every_step(steps):
            words = self._in_list(step.name) if isinstance(step, RunSteps) else self._words_of(step)
            found |= dict.fromkeys(words)
        return tuple(found)

    def _in_list(self, name: str) -> tuple[str, ...]:
        if name not in self._known:
            self._known[name] = self.of(self._lists.get(name, ()))
        return self._known[name]
