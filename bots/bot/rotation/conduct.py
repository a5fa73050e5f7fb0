"""Conducts a rotation: hands what happens in the room to its `Course`, and does what the course wants done."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import Any, assert_never

from bots.bot.contract.clip import ClipPlay
from bots.bot.contract.messages import Said
from bots.bot.contract.rotation import RotationPlan, WarningPlan
from bots.bot.rotation.acts import (
    Act,
    Answered,
    BeginRound,
    CallOut,
    CloseRooms,
    EndRound,
    Finish,
    Invite,
    Move,
    OpenRooms,
    PlanGroups,
    Remind,
    Shift,
    SkipRound,
    Warn,
)
from bots.bot.rotation.course import Course
from bots.bot.rotation.crowd import Crowd
from bots.bot.rotation.diary import Diary
from bots.bot.rotation.grouping import Grouping
from bots.bot.rotation.kept import Difference, Times, differences
from bots.bot.rotation.rooms import GroupRooms
from bots.bot.rules.facts import Occasion, Person
from bots.bot.rules.outcome import CannotDo
from bots.bot.rules.run import Run
from bots.bot.steps.begun import Begun
from bots.bot.steps.breakouts import CALL_BACK_LINE
from bots.bot.steps.kit import Kit
from bots.bot.waiting import done_within
from bots.errors import BotsError

__all__ = ["CALL_OUT_LINE", "REMIND_LINE", "Conductor"]

REMIND_LINE = "Your group is waiting for you. Please accept the invitation to your breakout room."
RETURN_WITHIN_S = 10.0  # how long those are waited for whose process was killed with this one
TOLD = {kind.__name__: kind for kind in (Answered, EndRound, Finish, Move, SkipRound)}
QUIET = (*TOLD.values(), PlanGroups)  # nobody in the room notices them
CALL_OUT_LINE = "Please come back to the main room. You will be invited to your new group there."


class Conductor:
    """One rotation from its first round to its end.

    Args:
        course: decides.
        grouping: says who is with whom.
        crowd: the people.
        rooms: opens and closes the breakouts.
        run: that performs the step.
        step: its way in the playbook, for the log.
        begun: keeps where the rotation stands.
    """

    def __init__(
        self,
        plan: RotationPlan,
        course: Course,
        grouping: Grouping,
        crowd: Crowd,
        rooms: GroupRooms,
        *,
        kit: Kit,
        run: Run,
        step: str,
        begun: Begun,
    ) -> None:
        self._plan = plan
        self._name = plan.name
        self._course = course
        self._grouping = grouping
        self._rooms = rooms
        rooms.on_made = self._made
        self._kit = kit
        self._run = run
        self._step = step
        self._tasks: set[asyncio.Task[None]] = set()
        self._happened = asyncio.Event()
        self._facts: list[Callable[[float], list[Act]]] = []
        self._crowd = crowd
        self._begun = begun
        self._is_taking_up = False
        self._diary = Diary(plan, kit=kit, crowd=crowd, rooms=rooms)

    @property
    def name(self) -> str:
        """Of the rotation."""
        return self._name

    @property
    def is_held(self) -> bool:
        """Does the time of its round stand still?"""
        return self._course.is_held

    async def run(self) -> None:
        """Play every round; ends when everybody is back from the last one, or is known to be missing."""
        with self._watching(), self._stoppable():
            try:
                await self._play()
            finally:
                for task in self._tasks:
                    task.cancel()
                ends = await asyncio.gather(*self._tasks, return_exceptions=True)
                self._diary.closed()
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _play(self) -> None:
        if self._begun.detail is not None:
            await self._take_up(self._begun.detail)
            await self._learn()  # before the round may end: who went in meanwhile is fetched back
        await self._go_on()
        while not self._course.is_over:
            await self._wait()
            await self._learn()
            await self._go_on()

    async def _go_on(self) -> None:
        """Do what the course has to do by now, and keep where it stands: once for all that has happened meanwhile."""
        await self._do(self._course.tick(self._now_s()))
        self._diary.stands(self._course, self._now_s())
        if self._begun.diary.is_kept:
            self._begun.note(self._kept(()))

    async def _learn(self) -> None:
        """What has happened, in order."""
        facts, self._facts = self._facts, []
        for fact in facts:
            self._learn_names()
            await self._do(fact(self._now_s()))

    def _learn_names(self) -> None:
        """Who has said who they are since, is known by that from now on."""
        for old, new in self._crowd.new_names():
            self._course.renamed(old, new)

    # ---- what outlives the process

    def _kept(self, acts: Sequence[Act]) -> dict[str, Any]:
        """All that must be known to go on, with what is about to be done; JSON."""
        clock, people = self._kit.clock, self._course.people
        times = Times(clock.now().timestamp() - clock.monotonic())
        connections = {key: one.client_id for key, one in self._crowd.persons().items() if key in people}
        return {
            "rotation": self._name, "course": self._course.kept(times), "grouping": self._grouping.kept(),
            "rooms": self._rooms.kept(), "connections": connections,
            "unsent": [key for act in acts if isinstance(act, Invite) for key in act.people],
            "untold": [[type(act).__name__, asdict(act)] for act in acts if type(act).__name__ in TOLD],
        }  # fmt: skip

    async def _take_up(self, kept: Mapping[str, Any]) -> None:
        """Go on where an earlier life was: learn who is where now, then do what may not have been done."""
        course, now_s = self._course, self._now_s()
        self._is_taking_up = True
        is_open = course.round is not None or course.phase == "closing"
        ends_s = now_s + course.left_s(now_s)
        self._diary.goes_on(BeginRound(course.number, course.groups, ends_s), now_s, is_open=is_open)
        for name, values in kept.get("untold", ()):
            await self._do_one(TOLD[name](**values))
        self._kit.log.warning(
            "rotation_resumed", rotation=self._name, round=course.number, phase=course.phase,
            left_s=round(course.left_s(now_s), 3),
        )  # fmt: skip
        if course.phase != "running":
            await done_within(self._kit.clock, self._all_back(kept["course"]["here"]), RETURN_WITHIN_S)
        acts = [act for one in self._differences(kept) for act in course.learn(one, self._now_s())]
        is_over = course.phase == "running" and course.left_s(now_s) <= 0  # nobody is sent into it any more
        await self._do([act for act in acts if not (is_over and isinstance(act, Invite))])
        forgotten = [number for number in self._rooms.open_ids if number not in course.open_rooms]
        if course.phase != "opening" and forgotten:
            await self._do([CloseRooms(tuple(forgotten))])
        for key in self._crowd.here if course.phase == "running" else ():
            if key not in course.people:
                await self._do(course.arrived(key, self._now_s()))
        self._send_heralds()
        await self._do(course.takes_up(self._now_s()))
        self._is_taking_up = False

    async def _all_back(self, keys: Sequence[str]) -> None:
        """Those who were here come back, if their process was killed, too."""
        while not set(keys) <= set(self._crowd.here):
            await self._kit.changed.wait()

    def _differences(self, kept: Mapping[str, Any]) -> list[Difference]:
        """Where people are, and the course does not know it."""
        before: Mapping[str, str] = kept["connections"]
        standing, presence = self._kit.presence.standing, self._kit.presence
        everybody = self._crowd.connections()
        here = {key: [one.client_id for one in everybody.get(key, ())] for key in self._course.people}
        if standing is None:  # nobody tells: who is here under the same connection is where they were
            at = {key: room for key, (_, room) in self._course.people.items() if before.get(key) in here[key]}
            inside = {key: room for key, room in at.items() if room is not None}
            for key, room in inside.items():
                presence.went_away(before[key], self._rooms.open_ids.get(room, ""))
        else:
            rooms = {client: self._rooms.number_of(one) for one, clients in standing.items() for client in clients}
            at = {key: next((rooms[one] for one in here[key] if one in rooms), None) for key in here}
            inside = {key: room for key, room in at.items() if room is not None}
        self._forget_rooms(standing, inside, before, here)
        return differences(
            self._course.people, before=before, here=lambda key: here[key], inside=inside, unsent=kept["unsent"],
            is_told=standing is not None,
        )  # fmt: skip

    def _forget_rooms(
        self,
        standing: Mapping[str, Sequence[str]] | None,
        inside: Mapping[str, int],
        before: Mapping[str, str],
        here: Mapping[str, Sequence[str]],
    ) -> None:
        """Breakouts that are over: the room says so, or nobody is inside any more, or on the way with an old invite.

        Where the room says nothing, those of a round that is over are closed, whoever may be inside.
        """
        if standing is None and self._course.phase != "running":
            return
        asked = {key for key, (state, _) in self._course.people.items() if state in ("invited", "ignored")}
        coming = {self._course.room_of(key) for key in asked if before.get(key) in here.get(key, ())}
        for number, room_id in self._rooms.open_ids.items():
            is_over = number not in {*inside.values(), *coming} if standing is None else room_id not in standing
            if is_over:
                self._rooms.gone(room_id)
                self._kit.presence.forget_breakout(room_id)

    def command(self, command: Callable[[Course, float], list[Act]]) -> None:
        """Let the teacher steer: the acts are done in order with everything else.

        Raises:
            Refused: it cannot be followed.
        """
        acts = command(self._course, self._now_s())
        self._put(lambda _now_s: acts)

    # ---- what happens

    def _now_s(self) -> float:
        return self._kit.clock.monotonic()

    @contextmanager
    def _watching(self) -> Iterator[None]:
        self._kit.watchers.add(self._watch)
        try:
            yield
        finally:
            self._kit.watchers.discard(self._watch)

    @contextmanager
    def _stoppable(self) -> Iterator[None]:
        """Inside, the end of the session may cut in: the breakouts are closed when the bot goes."""
        self._run.waiting += 1
        try:
            yield
        finally:
            self._run.waiting -= 1

    def _put(self, fact: Callable[[float], list[Act]]) -> None:
        self._facts.append(fact)
        self._happened.set()

    def _watch(self, occasion: Occasion) -> None:
        person, course = occasion.person, self._course
        if occasion.kind == "breakout_closed":
            ended = self._rooms.number_of(occasion.room_id)
            if ended is not None and self._rooms.gone(occasion.room_id):
                self._put(partial(course.ended, ended))
            return
        if person is None or not self._crowd.takes_part(person):
            return
        key = self._crowd.key_of(person)
        self._learn_names()
        now = self._crowd.now  # a fact may be learnt after somebody has another key
        others = [one for one in self._crowd.connections().get(key, ()) if one.client_id != person.client_id]
        is_inside = any(map(self._crowd.is_inside, others))
        room = self._rooms.number_of(occasion.room_id)
        match occasion.kind:
            case "joined" if not occasion.is_breakout and not is_inside:
                self._put(lambda now_s: course.arrived(now(key), now_s))
            case "left" if not occasion.is_breakout and not is_inside:
                self._put(lambda now_s: course.left(now(key), now_s))
                if others:  # they are here a second time
                    self._put(lambda now_s: course.arrived(now(key), now_s))
            case "breakout_joined" if room is not None:
                self._put(lambda now_s: course.entered(now(key), room, now_s))
            case "breakout_left" if not is_inside:
                self._put(lambda now_s: self._came_out(now(key), occasion.room_id, now_s))
            case "invite_rejected" if room is not None:
                self._put(lambda now_s: course.rejected(now(key), now_s))
            case _:
                pass

    def _came_out(self, key: str, room_id: str, now_s: float) -> list[Act]:
        """Who is told late to be out of a room of the round before, is invited to this one already."""
        return [] if self._rooms.is_earlier(room_id) else self._course.came_out(key, now_s)

    async def _wait(self) -> None:
        """Until something happens, or the course has something to do."""
        self._happened.clear()
        if self._facts:
            return
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._happened.wait())]
        next_at_s = self._course.next_at_s()
        if next_at_s is not None:
            waits.append(asyncio.ensure_future(self._kit.clock.sleep_until(next_at_s)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    # ---- what is to be done

    async def _do(self, acts: Sequence[Act]) -> None:
        if acts:
            self._diary.stands(self._course, self._now_s())  # before the room is asked, which may take its time
        if self._begun.diary.is_kept and any(not isinstance(act, QUIET) for act in acts):
            await self._begun.noted(self._kept(acts))
        calls = [act for act in acts if isinstance(act, Invite | Remind)]
        moves = [act for act in acts if isinstance(act, Move)]
        for act in acts:
            if isinstance(act, Move):
                self._tell(moves, act)
            elif not isinstance(act, Invite | Remind):
                await self._do_one(act)
            elif act is calls[0]:  # they go out together, before rooms are closed, when it is told who belongs where
                self._tell(moves, moves[-1] if moves else None)
                await asyncio.gather(*map(self._do_one, calls))

    def _tell(self, moves: list[Move], last: Move | None) -> None:
        """Tell those that are not told yet, up to this one."""
        while last is not None and any(one is last for one in moves):
            self._diary.moved(moves.pop(0))

    async def _do_one(self, act: Act) -> None:
        match act:
            case PlanGroups():
                await self._plan_groups(act)
            case OpenRooms():
                await self._open(act)
            case Invite():
                await self._invite(act)
            case Remind():
                await self._remind(act)
            case CallOut():
                await self._call_out(act)
            case CloseRooms():
                await self._close(act)
            case Warn(warning=number):
                await self._warn(self._plan.warnings[number])
            case Shift(seconds=seconds):
                self._kit.shift(seconds)
            case BeginRound():
                self._kit.undo.clear()
                self._diary.began(act, self._now_s())
                self._send_heralds()
            case Answered():
                self._diary.answered(act)
            case Move():
                self._diary.moved(act)
            case EndRound():
                self._diary.ended(act)
            case SkipRound(round=number):
                self._diary.skipped(number)
            case Finish(played=played, dropped=dropped):
                self._diary.finished(played, dropped)
            case _:
                assert_never(act)

    async def _plan_groups(self, act: PlanGroups) -> None:
        groups = await asyncio.to_thread(self._grouping.groups_of, act.round, act.here)
        for key, people in self._grouping.left_out.items():
            self._diary.left_out(act.round, key, people)
        self._diary.planned(act.round, groups, self._grouping.plan)
        await self._do(self._course.planned(groups, self._now_s()))

    async def _open(self, act: OpenRooms) -> None:
        try:
            await self._rooms.open(act.count, is_again=self._is_taking_up)
        except BotsError as failure:
            self._kit.log.warning("breakout_failed", breakout_id=None, result=None, reason=str(failure))
            await self._do(self._course.not_opened(self._now_s()))
        else:
            await self._do(self._course.opened(self._now_s()))

    async def _invite(self, act: Invite) -> None:
        if not await self._rooms.invite(act.room, self._outside(act.people, act.room), why=act.why):
            self._put(lambda now_s: self._course.failed([*map(self._crowd.now, act.people)], now_s))

    async def _remind(self, act: Remind) -> None:
        people = self._outside((act.person,), act.room)
        if act.invites:
            await self._rooms.invite(act.room, people, why="reminder")
        for person in people:
            if not person.is_bot:
                await self._crowd.whisper(person, REMIND_LINE)

    def _outside(self, keys: Sequence[str], room: int) -> list[Person]:
        """Of these people who is here, and has not gone into the room since it was decided to invite them."""
        self._learn_names()
        here, away = self._crowd.connections(), self._kit.presence.away
        room_id = self._rooms.open_ids.get(room, "")
        known = [here[key] for key in map(self._crowd.now, keys) if key in here]
        return [ones[-1] for ones in known if all(away.get(one.client_id) != room_id for one in ones)]

    async def _call_out(self, act: CallOut) -> None:
        person = self._crowd.person(act.person)
        if person is not None:
            await self._crowd.call(person, CALL_OUT_LINE)

    async def _warn(self, warning: WarningPlan) -> None:
        if warning.say is not None:
            text = warning.say.fill(self._kit.scope(self._run.firing))
            await self._crowd.attempt("chat", self._kit.presence.parent.say(text))
            self._kit.emit(Said(bot_id=self._kit.spec.id, room_id=self._kit.presence.parent.room_id))
        if warning.sound is not None:
            self._spawn(self._sound(warning.sound))

    async def _sound(self, sound: ClipPlay) -> None:
        try:
            await self._kit.heralds.play(sound, rule=self._run.rule_id, step=self._step)
        except (BotsError, CannotDo) as failure:
            self._kit.log.error("audio_failed", clip=sound.name, reason=str(failure))  # noqa: TRY400 - no bug

    def _made(self) -> None:
        """A group has got a room that it had not when the round began."""
        self._diary.opened()
        self._send_heralds()

    def _send_heralds(self) -> None:
        """Whoever is to be heard in every breakout goes in with the groups."""
        if self._plan.has_sound:
            rooms = {self._rooms.name_of(number): room_id for number, room_id in self._rooms.open_ids.items()}
            self._spawn(self._kit.heralds.stand_in(rooms))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.add(asyncio.create_task(work, name=f"{self._kit.spec.id}/rotation"))

    async def _close(self, act: CloseRooms) -> None:
        try:
            await self._rooms.close(act.rooms)
        except BotsError as failure:
            self._kit.log.warning("breakout_kept", reason=str(failure))
            await asyncio.gather(*(self._crowd.call(one, CALL_BACK_LINE) for one in self._crowd.inside))
