"""Performs the steps of a run, in order: each is timed, logged and kept in the run's trace."""

import asyncio
from collections.abc import Sequence
from typing import assert_never

from bots.bot.rules.conditions import seen
from bots.bot.rules.outcome import CannotDo
from bots.bot.rules.run import Run, RunStopped, StepOutcome, StepTrace
from bots.bot.steps import breakouts, floor, flow, moderation, people, report, speech
from bots.bot.steps.begun import Begun, begin, settle
from bots.bot.steps.kit import Kit
from bots.bot.steps.rotate import rotate, steer_rotation
from bots.errors import BotsError, StepFailed
from bots.playbook import (
    MOST_STEPS,
    Accept,
    Admit,
    Breakouts,
    CallBack,
    ChangeRole,
    Choose,
    Deny,
    Drop,
    Extend,
    Floor,
    If,
    Invite,
    Join,
    Knock,
    Leave,
    Lock,
    Log,
    Mode,
    Mute,
    Parallel,
    Pin,
    Play,
    Recording,
    Reject,
    Repeat,
    Rotate,
    RunSteps,
    Save,
    Say,
    SendBack,
    SendSignal,
    Spotlight,
    Steer,
    Step,
    Stop,
    TellTeacher,
    Unlock,
    Unmute,
    Wait,
    WaitFor,
)

__all__ = ["Performer"]

TURN = 50  # steps after which a run that never waits lets others go on


class Performer:
    """Performs steps with one bot's kit."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    async def perform(self, steps: Sequence[Step], run: Run, place: str = "") -> None:
        """Perform steps one after the other.

        Args:
            place: of the list in the run; ends with a dot unless it is the run's own list.

        Raises:
            StepFailed: one could not be done; those after it are not tried.
            RunStopped: the run is to stop, and this is the place between two steps.
        """
        for number, step in enumerate(steps):
            if run.is_draining:
                raise RunStopped
            await self._perform_one(step, run, f"{place}{number}")

    async def rescue(self, steps: Sequence[Step], run: Run) -> None:
        """Perform the steps of a rule for a run that failed; they may be as many again. Raises as `perform`."""
        run.performed = 0
        await self.perform(steps, run, "r.")

    async def _perform_one(self, step: Step, run: Run, place: str) -> None:
        begun = await begin(self._kit, step, run, place)
        if begun is None:
            return
        started_s = self._kit.clock.monotonic()
        outcome: StepOutcome = "stopped"
        reason: str | None = None
        is_work = not isinstance(step, If | Choose | Repeat | Parallel | RunSteps)
        run.under_way += is_work
        try:
            await self._count(run)
            await self._do(step, run, begun)
            outcome = "finished"
        except StepFailed:
            outcome = "failed"
            raise
        except (BotsError, CannotDo, LookupError) as cause:
            outcome, reason = "failed", str(cause) or type(cause).__name__
            raise StepFailed(self._kit.spec.id, step.path or step.kind, reason) from cause
        finally:
            run.under_way -= is_work
            settle(self._kit, step, run, place, outcome)
            self._finish(step, run, started_s, outcome, reason)
            if begun.is_again and isinstance(step, Rotate | WaitFor):
                run.is_late = False  # it lasts as long as it lasts: what follows is due when it ends

    @staticmethod
    async def _count(run: Run) -> None:
        """Bound what a run does, and let others have their turn where its steps never wait."""
        run.performed += 1
        if run.performed > MOST_STEPS:
            raise CannotDo(f"a run has at most {MOST_STEPS:,} steps; repeat less, or let a rule do it each time")
        if run.performed % TURN == 0:
            await asyncio.sleep(0)

    def _finish(
        self,
        step: Step,
        run: Run,
        started_s: float,
        outcome: StepOutcome,
        reason: str | None,
    ) -> None:
        duration_s = round(self._kit.clock.monotonic() - started_s, 3)
        run.is_late = run.is_late and duration_s < 1.0  # what follows a step that takes time is not late any more
        run.trace.append(StepTrace(step.path or step.kind, step.kind, duration_s, outcome))
        self._kit.log.info(
            "step_finished",
            rule=run.rule_id,
            run=run.number,
            step=step.path or step.kind,
            kind=step.kind,
            where=step.where or None,
            outcome=outcome,
            duration_s=duration_s,
            reason=reason,
        )

    def _branch(self, step: If, run: Run, begun: Begun) -> Sequence[Step]:
        if begun.detail is not None:
            return step.then if begun.detail["then"] else step.otherwise
        scope = self._kit.scope(run.firing)
        holds = step.condition.evaluate(scope)
        begun.note({"then": holds})
        self._kit.log.info(
            "branch_taken",
            rule=run.rule_id,
            run=run.number,
            step=step.path or step.kind,
            branch="then" if holds else "else",
            condition=step.condition.text,
            values=seen(step.condition, scope),
        )
        return step.then if holds else step.otherwise

    def _draw(self, step: Choose, run: Run, begun: Begun) -> Sequence[Step]:
        if begun.detail is not None:
            return step.choices[int(begun.detail["choice"])].steps
        weights = [choice.weight for choice in step.choices]
        [index] = self._kit.dice_of(run.rule_id).choices(range(len(weights)), weights)
        begun.note({"choice": index})
        self._kit.log.info(
            "branch_taken",
            rule=run.rule_id,
            run=run.number,
            step=step.path or step.kind,
            branch=f"choice {index + 1}",
        )
        return step.choices[index].steps

    async def _do(self, step: Step, run: Run, begun: Begun) -> None:
        kit = self._kit
        match step:
            case Say():
                await speech.say(kit, step, run)
            case Play():
                await speech.play(kit, step, run, begun)
            case Stop():
                await kit.sound.stop(None if step.stops_all else step.what)
            case Mute() | Unmute():
                await speech.mute(kit, step, run)
            case SendSignal():
                speech.signal(kit, step, run, begun)
            case Log():
                speech.log(kit, step, run)
            case Rotate():
                await rotate(kit, step, run, begun)
            case Steer():
                steer_rotation(kit, step)
            case Wait():
                await flow.wait(kit, step, run, begun)
            case WaitFor():
                await flow.wait_for(kit, step, run, begun)
            case If() | Choose() | Repeat() | RunSteps() | Parallel():
                await self._do_inside(step, run, begun)
            case Breakouts():
                await breakouts.open_or_close(kit, step, begun)
            case Invite():
                await breakouts.invite(kit, step, run, begun)
            case Accept():
                await breakouts.accept(kit, step, run)
            case Reject():
                await breakouts.reject(kit, step, run, begun)
            case Join():
                await breakouts.join(kit, step)
            case CallBack():
                await breakouts.call_back(kit, step, run)
            case Leave():
                await breakouts.leave(kit, step)
            case Save():
                report.save(kit, step, run)
            case Drop() | SendBack() | TellTeacher():
                await self._do_among_people(step, run, begun)
            case Lock() | Unlock() | Admit() | Deny() | Floor() | ChangeRole():
                await self._moderate(step, run)
            case Pin() | Spotlight():
                await moderation.show(kit, step, run)
            case Recording() | Extend() | Mode() | Knock():
                await self._direct(step)
            case _:
                assert_never(step)

    async def _do_among_people(self, step: Drop | SendBack | TellTeacher, run: Run, begun: Begun) -> None:
        """Steps about who is in the room."""
        kit = self._kit
        match step:
            case Drop():
                await people.drop(kit, step, run, begun)
            case SendBack():
                await people.send_back(kit, step, run)
            case TellTeacher():
                await people.tell_teacher(kit, step, run)
            case _:
                assert_never(step)

    async def _moderate(self, step: Lock | Unlock | Admit | Deny | Floor | ChangeRole, run: Run) -> None:
        """Steps about who may do what in the room."""
        kit = self._kit
        match step:
            case Lock():
                await kit.room_of(run).lock()
            case Unlock():
                await kit.room_of(run).unlock()
            case Admit():
                await moderation.admit(kit, step, run)
            case Deny():
                await moderation.deny(kit, step, run)
            case Floor():
                await floor.floor(kit, step, run)
            case ChangeRole():
                await moderation.change_role(kit, step, run)
            case _:
                assert_never(step)

    async def _direct(self, step: Recording | Extend | Mode | Knock) -> None:
        """Steps about the room as a whole."""
        kit = self._kit
        match step:
            case Recording():
                await moderation.record(kit, step)
            case Extend():
                await moderation.extend(kit)
            case Mode():
                await moderation.switch_mode(kit, step)
            case Knock():
                await moderation.knock(kit, step)
            case _:
                assert_never(step)

    async def _do_inside(self, step: If | Choose | Repeat | RunSteps | Parallel, run: Run, begun: Begun) -> None:
        """Steps made of steps."""
        kit, inner = self._kit, f"{begun.place}."
        match step:
            case If():
                await self.perform(self._branch(step, run, begun), run, inner)
            case Choose():
                await self.perform(self._draw(step, run, begun), run, inner)
            case Repeat():
                await flow.repeat(
                    kit, step, run, begun, lambda number: self.perform(step.steps, run, f"{inner}{number}.")
                )
            case RunSteps():
                await self.perform(kit.spec.steps[step.name], run, inner)
            case Parallel():
                branches = enumerate(step.branches)
                await flow.side_by_side(
                    [self.perform(branch, run, f"{inner}{number}.") for number, branch in branches], run
                )
            case _:
                assert_never(step)
