"""A class with a rotation is killed with `kill -9` and goes on: a few here, as many as one likes with `bench.kills`."""

import asyncio
from pathlib import Path

from tests.e2e.killing import LATEST_KILL_S, House, Kind, Trial, kills_of, violations

CLASSES: tuple[tuple[Kind, tuple[float, ...]], ...] = (
    ("conductor", (2.3,)),  # while it opens the first breakouts and invites
    ("conductor", (20.0, 50.0)),
    ("everybody", (-0.5,)),
    ("everybody", (35.0,)),
)


async def test_classes_that_are_killed_go_on_and_nobody_in_the_room_is_asked_or_told_twice(tmp_path: Path) -> None:
    async with House() as house:
        trials = [
            Trial(house, tmp_path / str(number), number, kind, kills) for number, (kind, kills) in enumerate(CLASSES)
        ]
        await asyncio.gather(*(trial.run() for trial in trials))
        assert {} == {trial.seed: wrong for trial in trials if (wrong := violations(trial))}
        assert [len(trial.kills) for trial in trials] == [len(trial.fell) for trial in trials]


def test_the_moments_are_drawn_by_seed_over_the_whole_class() -> None:
    moments = [moment for seed in range(300) for moment in kills_of(seed)]
    assert kills_of(7) == kills_of(7)
    assert min(moments) < 0 < LATEST_KILL_S - 1 < max(moments) <= LATEST_KILL_S
