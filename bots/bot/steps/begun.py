"""The beginning of a step: it is kept before it is done; what an earlier life of the bot has done is not done again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bots.bot.contract.messages import StepUnknown
from bots.bot.rules.run import Run, StepOutcome, StepTrace
from bots.bot.steps.kit import Kit
from bots.errors import StepFailed
from bots.journal import Diary
from bots.playbook import Choose, If, Log, Parallel, Repeat, RunSteps, Step, Wait, WaitFor

__all__ = ["Begun", "begin", "settle"]

REASONS = {
    "unknown": "the process was killed while it was done, and nobody knows whether it was",
    "skipped": "it was due while no process ran the session",
}
FAILED = "it had failed before the process was killed"


@dataclass(frozen=True, slots=True)
class Begun:
    """One step that is being done.

    Attributes:
        place: its way through its run, "2.1.0": the second round of a repeat, ...
        since: when it was begun, by whichever life of the bot; aware.
        is_again: an earlier life began it, and nobody knows how far it came.
        detail: what it kept then.
    """

    place: str
    since: datetime
    is_again: bool
    detail: Any
    run: int
    diary: Diary

    def note(self, detail: Any) -> None:
        """Keep what is needed to go on; JSON."""
        self.diary.note(self.run, self.place, detail)

    async def noted(self, detail: Any) -> None:
        """As `note`, and return when it is kept."""
        await self.diary.noted(self.run, self.place, detail)


async def begin(kit: Kit, step: Step, run: Run, place: str) -> Begun | None:
    """Keep that the step is to be done; None if it is not to be done any more.

    Raises:
        StepFailed: an earlier life has tried it, and it failed.
        JournalError: another process has taken the session; nothing may be done.
    """
    past, now = run.past.get(place), kit.clock.now()
    is_again = past is not None and past.state == "intent"
    if past is not None and past.state == "failed":
        raise StepFailed(kit.spec.id, step.path or step.kind, FAILED)
    if past is not None and not is_again:
        return None
    if is_again and step.survival == "once":
        _pass_over(kit, step, run, place, "unknown")
        kit.emit(StepUnknown(bot_id=kit.spec.id, rule=run.rule_id, step=step.path or step.kind, kind=step.kind))
        return None
    if run.is_late and step.survival == "once":
        _pass_over(kit, step, run, place, "skipped")
        return None
    if isinstance(step, If | Choose | Repeat | Parallel | RunSteps | Wait | WaitFor | Log):
        # nobody outside notices these: there is nothing to wait for
        kit.diary.begin(run.number, place, path=step.path, kind=step.kind, at=now)
    else:
        await kit.diary.intend(run.number, place, path=step.path, kind=step.kind, at=now)
    if past is None:
        return Begun(place, now, False, None, run.number, kit.diary)
    return Begun(place, past.intent_at, True, past.detail, run.number, kit.diary)


def settle(kit: Kit, step: Step, run: Run, place: str, outcome: StepOutcome) -> None:
    """Keep how the step ended."""
    state = "done" if outcome == "finished" else outcome
    if kit.diary.is_end(state):
        kit.diary.settle(run.number, place, state, path=step.path, kind=step.kind, at=kit.clock.now())


def _pass_over(kit: Kit, step: Step, run: Run, place: str, outcome: Literal["unknown", "skipped"]) -> None:
    settle(kit, step, run, place, outcome)
    run.trace.append(StepTrace(step.path or step.kind, step.kind, 0.0, outcome))
    kit.log.warning(
        "step_passed_over", rule=run.rule_id, run=run.number, step=step.path or step.kind, kind=step.kind,
        outcome=outcome, reason=REASONS[outcome],
    )  # fmt: skip
