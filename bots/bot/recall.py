"""What a bot keeps to live again, and how a second life takes up where the first was cut off."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bots.bot.contract.spec import BotSpec, RulePlan, sound_key
from bots.bot.parts import Parts
from bots.bot.rules.facts import Firing
from bots.bot.rules.run import Run
from bots.clock import Clock
from bots.errors import BotsError
from bots.journal import Diary, RunPast
from bots.playbook import Joined, Mute, Play, Save, Say, Stop, Unmute
from bots.room import Participant
from bots.schedule import is_misfired

__all__ = ["Recall", "standing"]


class Recall:
    """One bot's memory of its earlier life, and for the next one.

    Attributes:
        is_back: the bot was in the room in an earlier life.
    """

    def __init__(self, spec: BotSpec, diary: Diary, clock: Clock) -> None:
        self._spec = spec
        self._diary = diary
        self._clock = clock
        self._past = diary.past
        self._last: dict[str, Any] = {}
        self._shifts: list[list[float]] = list(self._past.facts.get("shifts", []))
        self._has_newcomers = any(isinstance(one, Joined) for one in spec.triggers)
        self._has_record = bool(spec.rotations) or any(isinstance(step, Save) for step in spec.every_step())
        self.is_back = self._past.state == "in"
        firings = [Firing.from_json(run.firing) for run in self._past.runs]
        self._signals = {one.key for firing in firings for one in firing.occasions if one.key}

    # ---- keeping

    def keep(self, parts: Parts) -> None:
        """Write down what has changed."""
        if not self._diary.is_kept:
            return
        facts = {
            **parts.presence.kept(seen=self._has_newcomers, keys=self._has_record),
            "shifts": [*self._shifts],
            "teacher": [*parts.kit.for_teacher],
            "queued": {
                rule: [[number, firing.to_json()] for number, firing in waiting]
                for rule, waiting in parts.runs.queued.items()
            },
            "record": parts.kit.record.kept() if self._has_record else None,
        }
        if facts != self._last:
            self._last = facts
            self._diary.remember(facts)

    def shifted(self, at: datetime, seconds: float) -> None:
        """What hangs on the start and was still to come at this instant, comes so much later."""
        self._shifts.append([at.timestamp(), seconds])

    # ---- taking up

    def restore(self, parts: Parts) -> None:
        """Before it joins: know what was known."""
        facts = self._past.facts
        for number, _, _ in self._queued():
            self._diary.numbered(number)
        if facts:
            parts.presence.restore(facts)
            parts.kit.for_teacher[:] = facts["teacher"]
            if facts["record"] is not None:
                parts.kit.record.restore(facts["record"])

    def newcomers(self, parts: Parts, participants: Sequence[Participant]) -> list[Participant]:
        """Who has come while nobody looked; asked before the bot greets who is here."""
        return parts.presence.unseen(participants) if self.is_back and self._has_newcomers else []

    def is_done(self, entry: RulePlan) -> bool:
        """Was this timeline entry begun in an earlier life?"""
        return any(run.rule == entry.id for run in self._past.runs)

    def at_of(self, entry: RulePlan) -> datetime:
        """When the entry is due, after all that has moved it."""
        at = entry.at or self._spec.starts_at
        for since, seconds in self._shifts if entry.is_movable else ():
            if at.timestamp() > since:
                at += timedelta(seconds=seconds)
        return at

    def is_new(self, key: str) -> bool:
        """Has the bot not heard this signal yet? Asking makes it heard; a signal without a key is always new."""
        is_new = not key or key not in self._signals
        self._signals.add(key)
        return is_new

    def go_on(self, parts: Parts) -> None:
        """In the room: every run goes on from where it was, with sound and mute as they were."""
        now, since = self._clock.now(), self._past.joined_at
        parts.leaving.joined(0.0 if since is None else (now - since).total_seconds())
        if not self.is_back:
            return
        parts.spawn(self._restore_sound(parts), "recall")
        plans = {plan.id: plan for plan in (*self._spec.timeline, *self._spec.rules)}
        by_rule: dict[str, list[RunPast]] = {}
        for past in self._past.runs:
            if past.rule in plans:
                by_rule.setdefault(past.rule, []).append(past)
        for rule, pasts in by_rule.items():
            parts.runs.restore(plans[rule], started=len(pasts), last_at=pasts[-1].started_at)
            for past in pasts:
                if past.outcome is None:
                    parts.runs.go_on(plans[rule], self._run_of(past))
        self._wait_on(parts, plans)
        parts.kit.invitations.go_on(self._past.invites)

    def _wait_on(self, parts: Parts, plans: Mapping[str, RulePlan]) -> None:
        """Firings that waited their turn, and have had none since they were kept."""
        begun = {past.number for past in self._past.runs}
        for number, rule, firing in self._queued():
            if number not in begun and rule in plans:
                parts.runs.wait_on(plans[rule], number, Firing.from_json(firing))

    def _queued(self) -> list[tuple[int, str, Any]]:
        queued: Mapping[str, list[tuple[int, Any]]] = self._past.facts.get("queued", {})
        return sorted((number, rule, firing) for rule, firings in queued.items() for number, firing in firings)

    def _run_of(self, past: RunPast) -> Run:
        last_at = max([past.started_at, *(step.intent_at for step in past.steps.values())])
        return Run(
            past.rule, past.number, Firing.from_json(past.firing), past.started_at, past.planned_at,
            is_late=is_misfired(last_at, self._clock.now()), past=past.steps,
        )  # fmt: skip

    async def _restore_sound(self, parts: Parts) -> None:
        loop, is_muted = standing(self._spec, self._past.runs)
        kit = parts.kit
        try:
            if is_muted:
                await parts.presence.parent.mute()
            if loop is not None:
                await kit.sound.play(self._spec.sounds[sound_key(loop)], rule=None, step=loop.path)
        except BotsError as failure:
            kit.log.warning("sound_not_restored", reason=str(failure))


def standing(spec: BotSpec, runs: Sequence[RunPast]) -> tuple[Play | None, bool]:
    """Which loop went on playing in the parent room, and whether the bot had muted itself, after these runs."""
    known = {step.path: step for step in spec.every_step()}
    done = [step for run in runs for step in run.steps.values() if step.state == "done" and step.path in known]
    loop: Play | None = None
    is_muted = False
    for past in sorted(done, key=lambda one: one.intent_at):
        match known[past.path]:
            case Play(if_playing="mix") | Say(aloud=True, if_playing="mix"):
                pass  # the loop goes on below it
            case Say(aloud=True):
                loop = None
            case Play(within="here") as play:
                is_here = past.detail is not None and past.detail["room"] == spec.room_id
                loop = play if is_here and spec.sounds[sound_key(play)].is_looped else None
            case Stop() as stop:
                if loop is not None and (stop.stops_all or stop.what == loop.file):
                    loop = None
            case Mute(who=who) if "me" in who:
                is_muted = True
            case Unmute(who=who) if "me" in who:
                is_muted = False
            case _:
                pass
    return loop, is_muted
