"""Was everything as the test expects? If not: what was seen instead, and when, at the expectation's place. Pure."""

import difflib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from bots.fleet import SessionResult
from bots.playbook import CaseExpectation, Claims, LoadedCase, Problem, Times, copies_of, format_duration
from bots.schedule import SessionTimes, instant_at
from bots.simulation.cases.direction import GRACE
from bots.simulation.cases.evidence import Evidence, Happening

__all__ = ["judge_case"]

SHOWN = 3  # happenings that are told of those that were not the expected one
CUT = 80  # characters of a chat line
VERBS = {
    "said": ("have written", "wrote"), "read": ("have got the line", "got"), "played": ("have played", "played"),
    "fired": ("have run the rule", "ran"), "invited_to": ("have been invited to", "was invited to"),
}  # fmt: skip


def judge_case(
    loaded: LoadedCase, times: SessionTimes, evidence: Evidence, result: SessionResult
) -> tuple[Problem, ...]:
    """Every expectation that was not met: the test's, then the playbook's own, then bots that failed."""
    judge = _Judge(loaded, times, evidence)
    found = [problem for number, one in enumerate(loaded.case.expect) for problem in judge.expectation(number, one)]
    own = [
        f"the playbook itself expects {one.counter} {one.wanted}; it was {one.value}"
        for one in result.expectations
        if not one.is_met
    ]
    return (*found, *(loaded.problem(("test_of",), text) for text in (*own, *result.errors)))


class _Judge:
    def __init__(self, loaded: LoadedCase, times: SessionTimes, evidence: Evidence) -> None:
        self._loaded = loaded
        self._times = times
        self._evidence = evidence

    def expectation(self, number: int, expected: CaseExpectation) -> Iterator[Problem]:
        """What is not as it should be at one moment."""
        until = instant_at(expected.at, self._times) + GRACE
        for who, claims in expected.claims.items():
            for one in copies_of(self._loaded.playbook, who) or (who,):
                for key, sentence in self._claims(one, claims, number, until, str(expected.at)):
                    yield self._loaded.problem(("expect", number, who, key), sentence)
        for room, people in expected.rooms.items():
            if strange := self._room(room, people, number):
                yield self._loaded.problem(("expect", number, "rooms", room), f"at {expected.at} {strange}")
        for counter, wanted in expected.counters.items():
            value = self._evidence.counts(number)[counter]
            if not wanted.holds(value):
                limits = [("", wanted.equals), ("at least ", wanted.at_least), ("at most ", wanted.at_most)]
                text = " and ".join(f"{word}{limit}" for word, limit in limits if limit is not None)
                sentence = f"{counter} should be {text} at {expected.at}; it is {value}"
                yield self._loaded.problem(("expect", number, "counters", counter), sentence)

    def _claims(
        self, who: str, claims: Claims, number: int, until: datetime, at: str
    ) -> Iterator[tuple[str, str]]:  # fmt: skip
        """The keys that are not true, each with a sentence."""
        for kind in VERBS:
            happened = [one for one in self._evidence.happenings(kind, who) if one.at <= until]
            wanted: Times | None = getattr(claims, kind)
            if wanted is not None and (sentence := self._missing(who, kind, wanted, happened, at)):
                yield kind, sentence
            unwanted: str | None = getattr(claims, f"never_{kind}")
            came = [one for one in happened if unwanted is not None and _fits(unwanted, one.what)]
            if came:
                yield f"never_{kind}", f'{who} should never {VERBS[kind][0]} "{unwanted}"; {self._told(kind, came)}'
        if claims.within is not None:
            place = self._evidence.place_of(who, number)
            if place != claims.within:
                yield (
                    "in",
                    f"{who} should be in {claims.within} at {at}, and is in {place}".replace("in nowhere", "nowhere"),
                )

    def _missing(self, who: str, kind: str, wanted: Times, happened: Sequence[Happening], at: str) -> str | None:
        came = [one for one in happened if _fits(wanted.what, one.what)]
        if (len(came) == wanted.times) if wanted.times is not None else came:
            return None
        often = f" {wanted.times} times" if wanted.times is not None else ""
        should = f'{who} should {VERBS[kind][0]} "{wanted.what}"{often} by {at}; '
        if came:
            return should + f"{who} did {len(came)} times, {self._moments(came)}"
        if kind == "fired":
            return should + self._why_not(who, wanted.what)
        return should + (
            f"{who} {self._told(kind, _nearest(wanted.what, happened))}" if happened else "nothing of that kind came"
        )

    def _why_not(self, who: str, rule: str) -> str:
        """What is known of a rule that has not run."""
        told = [
            one for one in self._evidence.events
            if one.get("bot") == who and one.get("rule") == rule and one["event"] in ("condition_false", "run_finished")
        ]  # fmt: skip
        held = [one for one in told if one["event"] == "condition_false"]
        if held:
            values = ", ".join(f"{name} = {str(value).lower()}" for name, value in held[0]["values"].items())
            moment = self._moment(datetime.fromisoformat(held[0]["timestamp"]))
            return f"its trigger came {len(held)} times, and {held[0]['false_part']} was false ({values}) {moment}"
        dropped = [str(one.get("reason") or one["outcome"]) for one in told]
        return f"it was held back: {dropped[0]}" if dropped else "its trigger never came"

    def _room(self, room: str, people: Sequence[str], number: int) -> str | None:
        wanted = {one for who in people for one in copies_of(self._loaded.playbook, who) or (who,)}
        there = set(self._evidence.people_in(room, number))
        if wanted == there:
            return None
        missing = [f"{who} is {_where(self._evidence.place_of(who, number))}" for who in sorted(wanted - there)]
        extra = [f"{who} is there too" for who in sorted(there - wanted)]
        return f"{room} should have {', '.join(sorted(wanted)) or 'nobody'}; {', '.join([*missing, *extra])}"

    def _told(self, kind: str, happened: Sequence[Happening]) -> str:
        shown = ", ".join(f'"{one.what[:CUT]}" {self._moment(one.at)}' for one in happened[:SHOWN])
        more = f" and {len(happened) - SHOWN} more" if len(happened) > SHOWN else ""
        return f"{VERBS[kind][1]} {shown}{more}"

    def _moments(self, happened: Sequence[Happening]) -> str:
        return ", ".join(self._moment(one.at) for one in happened[:SHOWN])

    def _moment(self, at: datetime) -> str:
        """`at start + 2m5s`, in whole seconds."""
        seconds = int((at - self._times.starts_at).total_seconds())
        sign = "-" if seconds < 0 else "+"
        return f"at start {sign} {format_duration(abs(seconds))}"


def _where(place: str) -> str:
    return place if place == "nowhere" else f"in {place}"


def _fits(wanted: str, what: str) -> bool:
    """Is it that text? * is anything; capitals and the number of blanks do not matter."""
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in re.split(r"\s*\*\s*", wanted))
    return re.fullmatch(pattern, " ".join(what.split()), re.IGNORECASE | re.DOTALL) is not None


def _nearest(wanted: str, happened: Sequence[Happening]) -> list[Happening]:
    """Those that are most like it first."""
    return sorted(happened, key=lambda one: -difflib.SequenceMatcher(None, wanted, one.what[:CUT]).ratio())
