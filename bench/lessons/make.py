"""A random lesson: a playbook with one rotation, people with habits, a teacher who steers. All from a seed.

Most are short, with few people: what goes wrong at the edges goes wrong there, and there can be many. One in
`LARGE_EVERY` is a whole class.
"""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bots.playbook import Playbook, read
from bots.simulation import Habits

__all__ = ["ANSWERS_S", "Lesson", "make_lesson"]

FOLDER = Path(__file__).parents[2] / "playbooks"
LARGE_EVERY = 10
ANSWERS_S = 4.0  # the bots among the pupils answer an invite within this time


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is played, and what the judge has to know of it.

    Attributes:
        acts: (seconds after the start, what the teacher writes).
        apart: pairs who are never together, by their ids.
        accepting: who goes along with every invite, within `ANSWERS_S`.
        no_show_s: for so long a group waits for who was invited.
        regroups: does a group that is too small give its people to others?
        capacity: people in a breakout.
    """

    seed: int
    playbook: Playbook
    habits: Habits
    acts: tuple[tuple[float, str], ...]
    apart: frozenset[frozenset[str]]
    accepting: frozenset[str]
    no_show_s: float
    regroups: bool
    waits_for_round: bool
    capacity: int


def make_lesson(seed: int, *, is_large: bool | None = None) -> Lesson:
    """The lesson of this seed.

    Args:
        is_large: a whole class, or a short lesson; as the seed says unless given.
    """
    is_large = seed % LARGE_EVERY == 0 if is_large is None else is_large
    rng = Random(f"lesson {seed}")
    bots, accepting, everybody = _pupils(rng, 20 if is_large else 6)
    humans = rng.choice([0, 0, 4, 12] if is_large else [0, 0, 2, 4])
    people = [f"person-{number:02}" for number in range(1, humans + 1)]
    everybody += people
    rounds, length_s = rng.randint(1, 4 if is_large else 2), rng.choice([60, 90, 150, 240] if is_large else [60, 90])
    gap_s = rng.choice([0, 10, 30])
    whole_s = rounds * length_s + (rounds - 1) * gap_s
    rotation = _rotation(rng, everybody, rounds, length_s, gap_s)
    begins_s = rng.choice([5, 20, 60])
    playbook: dict[str, Any] = {
        "playbook": 1,
        "name": f"Random lesson {seed}",
        "seed": seed,
        "room": {"create": {"name": "Class", "max_active_talkers": rng.choice([5, 6, 6, 9])}},
        "schedule": [{"length": f"{begins_s + round(whole_s * rng.choice([0.6, 1, 1, 1.3])) + 30}s"}],
        "rotations": {"talk": rotation},
        "attendance": {"late_after": "30s"},
        "controls": dict.fromkeys(("more", "hold", "next", "back", "swap", "undo", "help", "iam"), "everyone"),
        "bots": {
            "helper": {
                "role": "moderator",
                "timeline": [
                    {"at": f"start + {begins_s}s", "do": [{"rotate": "talk"}, {"say": "Welcome back."}]},
                    {"at": "end", "do": [{"save": ["attendance.json", "groups.json"]}]},
                ],
            },
            **bots,
        },
    }
    capacity = playbook["room"]["create"]["max_active_talkers"] - 1 - any("play" in one for one in rotation["warn"])
    if rotation.get("group_size", 2) > capacity:
        rotation["group_size"] = capacity
    return Lesson(
        seed=seed,
        playbook=read(yaml.dump(playbook, Dumper=yaml.CSafeDumper, sort_keys=False), folder=FOLDER),
        habits=Habits(people=humans, late=0.15, drop=0.15, ignore_invites=0.1),
        acts=_acts(rng, everybody, begins_s, whole_s),
        apart=frozenset(map(frozenset, rotation["keep_apart"])),
        accepting=frozenset(accepting),
        no_show_s=_seconds(rotation["no_show"]["after"]),
        regroups=rotation["no_show"]["then"] == "regroup",
        waits_for_round=rotation["late"] == "next_round",
        capacity=capacity,
    )


def _pupils(rng: Random, most: int) -> tuple[dict[str, Any], list[str], list[str]]:
    """Bots that are pupils, those who go along with everything, and all of them."""
    answers = {"after": f"500ms..{ANSWERS_S:.0f}s"}
    kinds: list[tuple[str, int, dict[str, Any], bool]] = [
        ("p", rng.randint(2, most), {"arrive": {"over": "10s"}, "invites": [{"then": "accept", **answers}]}, True),
        (
            "late",
            rng.choice([0, 1, 3]),
            {"arrive": {"at": "start + 20s", "over": "4m"}, "invites": [{"then": "accept", **answers}]},
            True,
        ),
        (
            "drops",
            rng.choice([0, 1, 2]),
            {
                "drops": {"chance": "70%", "every": "2m", "back_after": "3s..40s"},
                "invites": [{"then": "accept", **answers}],
            },
            True,
        ),
        ("ignores", rng.choice([0, 0, 1, 2]), {"invites": [{"then": "ignore"}]}, False),
        ("refuses", rng.choice([0, 0, 1]), {"invites": [{"then": "reject", "after": "1s..6s"}]}, False),
        ("half", rng.choice([0, 0, 2]), {"invites": [{"accept": "50%", "after": "1s..20s"}]}, False),
        (
            "goes",
            rng.choice([0, 0, 1, 2]),
            {"leave_when": {"after": f"{rng.randint(60, 400)}s"}, "invites": [{"then": "accept", **answers}]},
            True,
        ),
        (
            "wanders",
            rng.choice([0, 0, 1]),
            {
                "invites": [{"then": "accept", **answers}],
                "rules": [{"when": {"every": f"{rng.randint(40, 120)}s"}, "do": [{"leave": "breakout"}]}],
            },
            False,
        ),
    ]
    bots: dict[str, Any] = {}
    accepting, everybody = [], []
    for name, count, settings, accepts in kinds:
        if count:
            bots[name] = {"count": count, **settings}
            ids = [name] if count == 1 else [f"{name}-{number:02}" for number in range(1, count + 1)]
            everybody += ids
            accepting += ids if accepts else []
    return bots, accepting, everybody


def _rotation(rng: Random, everybody: list[str], rounds: int, length_s: int, gap_s: int) -> dict[str, Any]:
    pairs = [sorted(rng.sample(everybody, 2)) for _ in range(rng.choice([0, 1, 3]))]
    together = [sorted(rng.sample(everybody, 2))] if rng.random() < 0.2 else []
    size: dict[str, Any] = {"group_size": rng.randint(2, 5)} if rng.random() < 0.8 else {"rooms": rng.randint(1, 6)}
    warn: list[dict[str, str]] = [{"left": "20s", "say": "Twenty seconds."}] if rng.random() < 0.5 else []
    if rng.random() < 0.25:
        warn.append({"left": "10s", "play": "audio/bell.ogg"})
    return {
        "pattern": rng.choice(["mix", "mix", "mix", "fixed", "jigsaw", "carousel"]),
        **size,
        "rounds": rounds,
        "round_length": f"{length_s}s",
        "shortest_round": f"{round(length_s * rng.choice([0.5, 0.8, 1]))}s",
        "gap": f"{gap_s}s",
        "keep_apart": [pair for pair in pairs if pair not in together],
        "keep_together": together,
        "late": rng.choice(["smallest_group", "smallest_group", "next_round"]),
        "no_show": {"after": f"{rng.choice([8, 20, 40])}s", "then": rng.choice(["regroup", "regroup", "wait"])},
        "warn": warn,
        "force": rng.random() < 0.1,
    }


def _acts(rng: Random, everybody: list[str], begins_s: int, whole_s: int) -> tuple[tuple[float, str], ...]:
    lines = ["!more 30s", "!hold", "!next", "!back", f"!swap {' '.join(rng.sample(everybody, 2))}", "!undo", "!more 9h"]
    acts = [(begins_s + rng.uniform(1, whole_s), line) for line in lines if rng.random() < 0.15]
    acts += [(at_s + rng.uniform(5, 60), "!hold") for at_s, line in acts if line == "!hold" and rng.random() < 0.8]
    return tuple(sorted(acts))


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))
