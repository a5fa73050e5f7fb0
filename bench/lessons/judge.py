"""Judges a lesson from what could be seen of it: the server's rooms every half second, the log, the saved files.

It knows nothing of how the engine decides, and shares no code with it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bench.lessons.make import Lesson
from bench.lessons.play import EVERY_S, Seen

__all__ = ["PLACED_WITHIN_S", "faults"]

PLACED_WITHIN_S = 10.0
SLACK_S = 2 * EVERY_S + 0.5
PLACE_KEPT_S = 30.0 + 6.0  # and their place in a breakout, from when the others were told
KEPT_S = 5.0  # the server keeps the place of a lost connection without a word to others
GRACE_S = KEPT_S + 1.0


@dataclass(frozen=True, slots=True)
class _Look:
    """Who is where at an instant; `rooms`: breakout -> who is in it, without the bots' light clients."""

    at: datetime
    places: Mapping[str, str]
    rooms: Mapping[str, list[str]]


@dataclass
class _Round:
    """One round as the log tells it."""

    rotation: str
    number: int
    began: datetime
    groups: Mapping[str, list[str]]
    ended: datetime
    missing: list[str] = field(default_factory=list)


def faults(lesson: Lesson, seen: Seen) -> list[str]:
    """Everything that must not be; empty for a good lesson."""
    if seen.error or seen.result is None:
        return [f"broken off: {seen.error}"]
    rounds, looks = _rounds(seen), _looks(seen)
    return [
        *_unfinished(seen),
        *_together(lesson, seen),
        *_alone(lesson, looks),
        *_overfull(lesson, looks),
        *_lost(looks, rounds),
        *_misplaced(lesson, seen, looks, rounds),
        *_attendance(seen),
        *_told_groups(seen, looks, rounds),
    ]


def _looks(seen: Seen) -> list[_Look]:
    found: list[_Look] = []
    for at, places in seen.places:
        is_same = bool(found) and found[-1].places is places
        found.append(_Look(at, places, found[-1].rooms if is_same else _inside(places, seen.main_id)))
    return found


def _at(line: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(line["timestamp"])


def _events(seen: Seen, *names: str) -> list[dict[str, Any]]:
    return [line for line in seen.lines if line["event"] in names]


def _rounds(seen: Seen) -> list[_Round]:
    found: list[_Round] = []
    last = seen.places[-1][0]
    for line in _events(seen, "round_started", "round_ended"):
        if line["event"] == "round_started":
            found.append(_Round(line["rotation"], line["round"], _at(line), line["groups"], last))
        else:
            found[-1].ended, found[-1].missing = _at(line), line["missing"]
    return found


# ---- it goes on to its end


def _unfinished(seen: Seen) -> Iterator[str]:
    assert seen.result is not None
    if seen.result.outcome != "finished":
        yield f"the session ended as {seen.result.outcome}: {seen.result.reason}"
    if not _events(seen, "session_finished"):
        yield "the session has no end"
    if seen.result.errors:
        yield f"bots failed: {seen.result.errors}"
    failed = [line for line in _events(seen, "run_finished") if line["outcome"] in ("failed", "misfired")]
    for line in failed:
        yield f"the run of {line['bot']} {line['rule']} {line['outcome']}: {line['reason']}"
    for line in _events(seen, "bot_failed", "run_failed", "alarm_failed", "message_failed", "room_task_failed"):
        yield f"{line['event']}: {line.get('reason') or line.get('exception')}"
    if not _events(seen, "rotation_ended"):
        yield "the rotation has no end"
    end = datetime.fromisoformat(_events(seen, "session_started")[0]["ends_at"])
    for line in _events(seen, "rotation_ended", "round_ended"):
        if _at(line) > end + timedelta(seconds=1):
            yield f"{line['event']} {(_at(line) - end).total_seconds():.0f} s after the end of the lesson"


# ---- who is with whom


def _inside(places: Mapping[str, str], main_id: str) -> dict[str, list[str]]:
    """Breakout -> who is in it, without the bots' light clients."""
    rooms: dict[str, list[str]] = defaultdict(list)
    for who, room in places.items():
        if room != main_id and "/" not in who:
            rooms[room].append(who)
    return rooms


def _together(lesson: Lesson, seen: Seen) -> Iterator[str]:
    told: set[frozenset[str]] = set()
    before: Mapping[str, str] | None = None
    for at, places in seen.places:
        for pair in lesson.apart - told if places is not before else ():
            one, other = sorted(pair)
            room = places.get(one)
            if room is not None and room != seen.main_id and room == places.get(other):
                told.add(pair)
                yield f"{at:%H:%M:%S} {one} and {other} are together and must not be"
        before = places


def _alone(lesson: Lesson, looks: Sequence[_Look]) -> Iterator[str]:
    if not lesson.regroups:
        return
    patience_s = lesson.no_show_s + PLACED_WITHIN_S + GRACE_S + SLACK_S
    since: dict[tuple[str, str], datetime] = {}
    for look in looks:
        now = {(room, people[0]) for room, people in look.rooms.items() if len(people) == 1}
        since = {one: since.get(one, look.at) for one in now}
        for (room, who), began in since.items():
            alone_s = (look.at - began).total_seconds()
            if patience_s < alone_s <= patience_s + EVERY_S:
                yield f"{look.at:%H:%M:%S} {who} is alone in {room} for {alone_s:.1f} s"


def _overfull(lesson: Lesson, looks: Sequence[_Look]) -> Iterator[str]:
    most = max((len(people) for look in looks for people in look.rooms.values()), default=0)
    if most > lesson.capacity:
        yield f"{most} people are in one breakout; it takes {lesson.capacity}"


# ---- everybody comes back


def _lost(looks: Sequence[_Look], rounds: Sequence[_Round]) -> Iterator[str]:
    """Between rounds nobody is in a breakout but those who are told to be missing."""
    for number, one in enumerate(rounds):
        until = rounds[number + 1].began if number + 1 < len(rounds) else looks[-1].at
        between = [look for look in looks if one.ended + timedelta(seconds=SLACK_S) < look.at < until]
        inside = {who for look in between for people in look.rooms.values() for who in people}
        if inside - set(one.missing):
            yield f"after round {one.number} {', '.join(sorted(inside))} are still in breakouts"
        if one.missing:
            yield f"round {one.number} ended with {', '.join(one.missing)} missing"
    if looks and looks[-1].rooms:
        yield "somebody is in a breakout when the session ends"


# ---- everybody is in the right place in time


@dataclass
class _Known:
    """What the log has told of one round up to now: whom the groups are kept for, and where people belong."""

    goal: dict[str, str]
    asked: dict[str, str] = field(default_factory=dict)
    lost: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)


def _misplaced(lesson: Lesson, seen: Seen, looks: Sequence[_Look], rounds: Sequence[_Round]) -> Iterator[str]:
    """Who goes along with invites is in their group ten seconds after the round began, they came, or came out."""
    names = {line["breakout_id"]: line["breakout"] for line in _events(seen, "breakout_created")}
    for one in rounds:
        lines = iter([line for line in seen.lines if one.began <= _at(line) <= one.ended])
        line = next(lines, None)
        known = _Known({who: group for group, people in one.groups.items() for who in people})
        wrong_since: dict[str, datetime] = {}
        was_excused: dict[str, bool] = {}
        reported: set[str] = set()
        elsewhere: set[str] = set()
        before: _Look | None = None
        for look in looks:
            at, places = look.at, look.places
            if not one.began <= at < one.ended - timedelta(seconds=SLACK_S):
                continue
            is_news = before is None or places is not before.places
            while line is not None and _at(line) <= at:
                _learn(known, line)
                line, is_news = next(lines, None), True
            if is_news:
                elsewhere = {
                    who
                    for who in lesson.accepting & set(places)
                    if places[who] == seen.main_id
                    or names.get(places[who]) != known.goal.get(who, names.get(places[who]))
                }
            _keep_places(known, before, look)
            before = look
            excused = {
                who
                for who in elsewhere
                if _is_excused(who, lesson=lesson, rooms=look.rooms, known=known, places=places, one=one)
            }
            was_excused = {who: who in excused or was_excused.get(who, False) for who in elsewhere}
            wrong = elsewhere - excused
            wrong_since = {who: wrong_since.get(who, at) for who in wrong}
            for who in sorted(wrong - reported):
                waited_s = (at - wrong_since[who]).total_seconds()
                if waited_s > PLACED_WITHIN_S + SLACK_S + (GRACE_S if was_excused.get(who) else 0.0):
                    reported.add(who)
                    where = "the main room" if places[who] == seen.main_id else names.get(places[who])
                    yield (
                        f"{at:%H:%M:%S} round {one.number}: {who} is in {where} for {waited_s:.1f} s,"
                        f" and belongs to {known.goal.get(who) or 'no group'}"
                    )


def _keep_places(known: _Known, before: _Look | None, look: _Look) -> None:
    """Who was in a breakout, or invited, and is nowhere now, has a place there for a while: the server keeps it."""
    if before is not None and before.places is not look.places:
        gone = {who: (room, before.at) for who, room in known.asked.items() if who in before.places}
        gone |= {who: (room, before.at) for room, people in before.rooms.items() for who in people}
        known.lost = {who: kept for who, kept in {**known.lost, **gone}.items() if who not in look.places}
    kept = known.lost.items()
    known.lost = {who: (room, at) for who, (room, at) in kept if (look.at - at).total_seconds() <= PLACE_KEPT_S}


def _learn(known: _Known, line: Mapping[str, Any]) -> None:
    match line["event"]:
        case "breakout_invited":
            known.asked.update(dict.fromkeys(line["people"], line["breakout_id"]))
        case "group_changed":
            known.asked.pop(line["participant"], None)
            if line["group"] is None:
                known.goal.pop(line["participant"], None)
            else:
                known.goal[line["participant"]] = line["group"]
        case "group_answered" if line["answer"] in ("rejected", "failed"):
            known.asked.pop(line["participant"], None)
        case "breakout_destroyed":
            known.asked = {who: room for who, room in known.asked.items() if room != line["breakout_id"]}
        case _:
            pass


def _is_excused(
    who: str, *, lesson: Lesson, rooms: Mapping[str, list[str]], known: _Known, places: Mapping[str, str], one: _Round
) -> bool:
    """Could nobody have placed them: they wait for the next round, or no group can take them, nor can a new one?"""
    if lesson.waits_for_round and all(who not in people for people in one.groups.values()):
        return True
    for room, people in rooms.items():
        asked = {other for other, goal in known.asked.items() if goal == room}
        kept = {other for other in asked if other in places or other.startswith("c-")} | set(people)
        kept |= {other for other, (goal, _) in known.lost.items() if goal == room}
        humans = {other for other in places if other.startswith("person-") and places[other] not in rooms}
        may_come = kept | (humans if any(other.startswith("c-") for other in kept) else set())  # one of those
        if len(kept - {who}) < lesson.capacity and not _has_apart(lesson, who, may_come):
            return False
    planned = {person for group in one.groups.values() for person in group}
    waiting = (
        {other for other in lesson.accepting & set(places) if places[other] not in rooms} - set(known.goal) - {who}
    )
    company = waiting & planned if lesson.waits_for_round else waiting  # the others wait for the next round
    return len(rooms) >= 10 or all(_has_apart(lesson, who, {other}) for other in company)


def _has_apart(lesson: Lesson, who: str, others: set[str]) -> bool:
    return any(frozenset((who, other)) in lesson.apart for other in others)


# ---- the files tell what was


def _attendance(seen: Seen) -> Iterator[str]:
    """The seconds of everybody, against the server's rooms."""
    if "attendance.json" not in seen.files:
        yield "no attendance was saved"
        return
    saved = [line for line in _events(seen, "report_saved") if line["file"] == "attendance.json"]
    saved_at = _at(saved[-1])
    first = next(_at(line) for line in _events(seen, "room_joined") if line["bot"] == "helper")
    told = {one["id"]: one for one in seen.files["attendance.json"]["people"]}
    there: dict[str, int] = defaultdict(int)
    edges: dict[str, int] = defaultdict(int)
    before: set[str] = set()
    people: set[str] = set()
    looked_at: Mapping[str, str] | None = None
    for at, places in seen.places:
        if places is not looked_at:
            looked_at, people = places, {who for who in places if "/" not in who}
        now = people if first <= at < saved_at else set()
        for who in now:
            there[who] += 1
        for who in now ^ before if now is not before else ():
            edges[who] += 1
        before = now
    bots = {one["id"] for one in told.values() if one["is_bot"]}
    for who in sorted(bots):
        expected_s = there[who] * EVERY_S
        more_s = told[who]["seconds"] - expected_s
        if not 0 <= more_s + EVERY_S * (edges[who] + 1) <= 2 * EVERY_S * (edges[who] + 1) + KEPT_S * _losses(seen, who):
            yield f"attendance: {who} has {told[who]['seconds']:.1f} s, the server saw {expected_s:.1f} s"
    guests = [one for one in told.values() if not one["is_bot"]]
    humans = [who for who in there if who not in bots]
    if len(guests) != len(humans):
        yield f"attendance: {len(guests)} guests, the server saw {', '.join(sorted(humans))}"
    for who in there:
        if who not in bots:
            continue
        if told[who]["status"] == "absent":
            yield f"attendance: {who} was there and is absent"


def _losses(seen: Seen, who: str) -> int:
    """How often this bot lost its connection."""
    return sum(line["bot"] == who for line in _events(seen, "connection_dropped"))


def _told_groups(seen: Seen, looks: Sequence[_Look], rounds: Sequence[_Round]) -> Iterator[str]:
    """The seconds in groups of everybody, against the server's rooms."""
    told = seen.files.get("groups.json", {"rounds": []})["rounds"]
    if len(told) != len(rounds):
        yield f"groups: {len(told)} rounds are told, {len(rounds)} were played"
        return
    for one, row in zip(rounds, told, strict=True):
        samples = [look for look in looks if one.began <= look.at <= one.ended + timedelta(seconds=SLACK_S)]
        inside: dict[str, int] = defaultdict(int)
        edges: dict[str, int] = defaultdict(int)
        before: dict[str, str] = {}
        rooms: Mapping[str, list[str]] = {}
        for look in samples:
            if look.rooms is not rooms:
                rooms, now = look.rooms, {who: room for room, people in look.rooms.items() for who in people}
                for who in set(now) | set(before):
                    edges[who] += now.get(who) != before.get(who)
                before = now
            for who in before:
                inside[who] += 1
        for person in row["people"]:
            who, seconds = person["id"], person["seconds"]
            more_s, slack_s = seconds - inside[who] * EVERY_S, EVERY_S * (edges[who] + 1)
            if not who.startswith("guest-") and not -slack_s <= more_s <= slack_s + KEPT_S * _losses(seen, who):
                yield f"groups: round {one.number}: {who} has {seconds} s, the server saw {inside[who] * EVERY_S} s"
