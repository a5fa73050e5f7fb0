"""The step rotate: a plan for who is there, and its conductor."""

from bots.bot.contract.rotation import RotationPlan
from bots.bot.rotation.conduct import Conductor
from bots.bot.rotation.course import BACK_WITHIN_S, Course, Refused
from bots.bot.rotation.crowd import Crowd
from bots.bot.rotation.grouping import Grouping
from bots.bot.rotation.kept import Times
from bots.bot.rotation.rooms import GroupRooms
from bots.bot.rotation.steering import steer
from bots.bot.rules.outcome import CannotDo
from bots.bot.rules.run import Run
from bots.bot.steps.begun import Begun
from bots.bot.steps.kit import Kit
from bots.errors import RotationError
from bots.playbook import Rotate, Steer

__all__ = ["rotate", "steer_rotation"]


async def rotate(kit: Kit, step: Rotate, run: Run, begun: Begun) -> None:
    """Play the rotation; ends when everybody is back from its last round, or is known to be missing.

    One that an earlier life has begun goes on in its round, with its groups and the time that is left.

    Raises:
        CannotDo: another rotation runs, or nobody can be grouped as the playbook asks.
    """
    if kit.rotation is not None:
        raise CannotDo(f"the rotation {kit.rotation.name} runs already")
    plan = kit.spec.rotations[step.plan]
    try:
        kit.rotation = conductor = _conductor(kit, plan, step, run, begun)
        with kit.stay():
            await conductor.run()
    except RotationError as cause:
        raise CannotDo(str(cause)) from cause
    finally:
        kit.rotation = None


def _conductor(kit: Kit, plan: RotationPlan, step: Rotate, run: Run, begun: Begun) -> Conductor:
    grouping = _grouping_of(kit, plan)
    if step.again is None and begun.detail is None:
        grouping.begin()
    crowd = Crowd(kit, grouping)
    now, now_s = kit.clock.now(), kit.clock.monotonic()
    late_s = max(0.0, (run.started_at - run.planned_at).total_seconds()) if run.planned_at else 0.0
    limit_s = now_s + (kit.spec.ends_at - now).total_seconds() - BACK_WITHIN_S
    terms = plan.terms
    whole_s = terms.whole_s if step.again is None else terms.length_s
    course = Course(
        terms,
        is_apart=grouping.is_apart,
        here=crowd.here,
        now_s=now_s,
        end_s=min(limit_s, now_s + whole_s - late_s),
        limit_s=limit_s,
        programme=None if step.again is None else (step.again,),
    )
    rooms = GroupRooms(kit, names=plan.names, capacity=plan.capacity, force=plan.is_forced)
    if begun.detail is not None:
        course.restore(begun.detail["course"], Times(now.timestamp() - now_s))
        rooms.restore(begun.detail["rooms"])
    return Conductor(plan, course, grouping, crowd, rooms, kit=kit, run=run, step=step.path or step.kind, begun=begun)


def _grouping_of(kit: Kit, plan: RotationPlan) -> Grouping:
    """Who was with whom in this rotation, in this life or an earlier one."""
    if plan.name not in kit.groupings:
        grouping = kit.groupings[plan.name] = Grouping(plan, kit.presence.keys)
        steps = [step for run in kit.diary.past.runs for step in run.steps.values() if isinstance(step.detail, dict)]
        mine = [step for step in steps if step.detail.get("rotation") == plan.name]
        if mine:
            grouping.restore(max(mine, key=lambda one: one.intent_at).detail["grouping"])
    return kit.groupings[plan.name]


def steer_rotation(kit: Kit, step: Steer) -> None:
    """Do to the rotation that runs what the words say.

    Raises:
        CannotDo: it cannot be done now.
    """
    try:
        reply = steer(kit, step.how)
    except Refused as reason:
        raise CannotDo(str(reason)) from reason
    kit.log.info("control_used", control=step.how.split()[0], participant=None, reply=reply)
