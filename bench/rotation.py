"""How good and how quick rotation plans are: `python -m bench.rotation` prints the acceptance figures R1 to R9.

Times are CPU time: the machine is shared.
"""

import time
from itertools import combinations, product
from math import comb, gcd
from random import Random

from bots.rotation import Plan, Problem, bound, regroup, rooms_for, solve

CLASSES = [(30, 6, 6), (100, 20, 10), (500, 100, 10)]
SEEDS = 20

# people, group size, rounds: a plan without a repeat is known. Sources:
# tests/unit/rotation/constructing/test_designs.py.
KNOWN_ZERO = [
    (4, 2, 3), (6, 2, 5), (9, 3, 4), (8, 2, 7), (12, 3, 4), (16, 4, 5), (10, 2, 9), (15, 3, 7), (20, 4, 5), (25, 5, 6),
    (12, 2, 11), (18, 3, 8), (24, 4, 7), (30, 5, 6), (36, 6, 3), (14, 2, 13), (21, 3, 10), (28, 4, 9), (27, 3, 13),
    (33, 3, 16), (39, 3, 19), (45, 3, 22), (24, 3, 11), (30, 3, 14), (36, 3, 17), (42, 3, 20), (32, 4, 10), (40, 4, 13),
    (52, 4, 17), (36, 4, 11), (48, 4, 15), (60, 4, 19), (65, 5, 16), (125, 5, 31), (49, 7, 8), (64, 8, 9), (81, 9, 10),
    (121, 11, 12), (100, 10, 4), (35, 5, 7), (42, 6, 7), (40, 5, 8), (48, 6, 8), (56, 7, 8), (45, 5, 9), (54, 6, 9),
    (55, 5, 11), (66, 6, 11), (78, 6, 13), (100, 5, 10), (500, 5, 10),
]  # fmt: skip
# people, group size, rounds, fewest repeats known: repeats are forced.
FORCED = [
    (12, 3, 5, 3), (15, 3, 8, 15), (16, 4, 6, 24), (20, 4, 6, 6), (18, 3, 9, 9), (24, 4, 8, 18), (25, 5, 7, 50),
    (30, 5, 7, 24), (36, 6, 4, 2), (21, 3, 11, 21), (28, 4, 10, 42), (24, 6, 6, 111), (30, 6, 6, 58), (30, 10, 6, 405),
    (40, 8, 8, 390), (20, 5, 6, 55), (24, 8, 5, 173),
]  # fmt: skip


def people(count: int) -> tuple[str, ...]:
    """Ids for this many."""
    return tuple(f"p{number:03}" for number in range(count))


def timed(problem: Problem, *, seed: int = 0, seconds: float = 1.0) -> tuple[Plan, float]:
    """A plan, and the milliseconds of CPU that it took."""
    began = time.process_time()
    plan = solve(problem, seed=seed, seconds=seconds)
    return plan, (time.process_time() - began) * 1000


def row(number: str, what: str, seen: str) -> None:
    """One row of the table."""
    print(f"| {number} | {what} | {seen} |", flush=True)


def main() -> None:
    """Print the table of docs/performance.md."""
    print("| | what | seen |\n| --- | --- | --- |")
    classes()
    guaranteed()
    known()
    forced()
    sample()
    changes()
    rules()
    same_again()
    two_lessons()


def classes() -> None:
    """R1."""
    for count, rooms, rounds in CLASSES:
        plans = [timed(Problem(people=people(count), rooms=rooms, rounds=rounds), seed=seed) for seed in range(SEEDS)]
        repeats, longest = max(plan.repeats for plan, _ in plans), max(took for _, took in plans)
        row(
            "R1",
            f"{count} people, {rooms} rooms, {rounds} rounds, {SEEDS} seeds",
            f"{repeats} repeats, at most {longest:.1f} ms",
        )


def guaranteed() -> None:
    """R2: shapes that number theory gives a plan without a repeat."""
    rng = Random(0)
    shapes: list[tuple[int, int, int]] = []
    while len(shapes) < 200:
        rooms = rng.randint(2, 333)
        size = rng.randint(2, min(rooms, 1000 // rooms, 40)) if rooms <= 500 and 1000 // rooms >= 2 else 2
        prime_power = sum(rooms % divisor == 0 for divisor in range(2, rooms + 1) if is_prime(divisor)) == 1
        most = 2 * rooms - 1 if size == 2 else rooms if prime_power else (rooms - 1) // (size - 1) + 1
        shapes.append((rooms * size, rooms, rng.randint(1, most)))
    shapes += [(1000, 500, 999), (993, 331, 331), (961, 31, 31), (768, 256, 256)]
    plans = [timed(Problem(people=people(count), rooms=rooms, rounds=rounds)) for count, rooms, rounds in shapes]
    worst = max(plan.repeats for plan, _ in plans)
    row(
        "R2",
        f"{len(plans)} shapes with a guarantee, up to 1,000 people",
        f"at most {worst} repeats, {max(took for _, took in plans):.0f} ms",
    )


def is_prime(number: int) -> bool:
    """For small numbers."""
    return number > 1 and all(gcd(number, divisor) == 1 for divisor in range(2, int(number**0.5) + 1))


def known() -> None:
    """R3: where no repeat is known to be possible."""
    open_ones, slowest = [], 0.0
    for count, size, rounds in KNOWN_ZERO:
        plan, took = timed(
            Problem(people=people(count), rooms=count // size, rounds=rounds), seconds=1.0 if count <= 30 else 10.0
        )
        if plan.repeats:
            open_ones.append(f"{count // size} rooms of {size} x {rounds}: {plan.repeats}")
        else:
            slowest = max(slowest, took)
    solved = f"{len(KNOWN_ZERO) - len(open_ones)} with 0, the slowest in {slowest:.0f} ms"
    row("R3", f"{len(KNOWN_ZERO)} shapes with known 0", "; ".join([solved, *open_ones]))


def forced() -> None:
    """R3: where repeats are forced."""
    told, most = [], 0.0
    for count, size, rounds, fewest in FORCED:
        plan, _ = timed(Problem(people=people(count), rooms=count // size, rounds=rounds), seconds=5.0)
        most = max(most, plan.repeats / fewest - 1)
        told.append(f"{count // size}-{size}-{rounds}: {plan.repeats} ({plan.bound}..{fewest})")
    row("R3", "forced repeats: ours (bound..fewest known)", f"at most {most:+.0%}: " + ", ".join(told))


def sample() -> None:
    """R4: shapes at random."""
    rng, zero, possible, worst = Random(0), 0, 0, 0.0
    for _ in range(400):
        size, rounds = rng.randint(2, 8), rng.randint(2, 10)
        count = rng.randint(max(6, size), 60)
        rooms = rooms_for(count, size)
        plan, _ = timed(Problem(people=people(count), rooms=rooms, rounds=rounds), seconds=0.5)
        if bound([rooms] * rounds, count) == 0:
            possible += 1
            zero += plan.repeats == 0
            if plan.repeats:
                worst = max(worst, plan.repeats / shuffled(count, rooms, rounds))
    row(
        "R4",
        "400 shapes at random, 0.5 s each",
        f"{zero} of {possible} with bound 0 at 0 ({zero / possible:.0%}), others at most {worst:.0%} of a shuffle's",
    )


def shuffled(count: int, rooms: int, rounds: int) -> float:
    """Repeats to expect of shuffling and dealing."""
    small, more = divmod(count, rooms)
    meetings, pairs = more * comb(small + 1, 2) + (rooms - more) * comb(small, 2), comb(count, 2)
    return rounds * meetings - pairs * (1 - (1 - meetings / pairs) ** rounds)


def changes() -> None:
    """R5: one in ten leaves, comes, or both."""
    for (count, rooms, rounds), kind in product(CLASSES, ("leave", "join", "leave and join")):
        repeats, kept, longest = 0, 1.0, 0.0
        for seed in range(SEEDS):
            plan = solve(Problem(people=people(count), rooms=rooms, rounds=rounds), seed=seed)
            gone = set(Random(seed).sample(people(count), count // 10)) if kind != "join" else set()
            here = [person for person in people(count) if person not in gone]
            here += [f"new-{number}" for number in range(count // 10)] if kind != "leave" else []
            began = time.process_time()
            regrouped = regroup(plan, here, played=2, seed=seed)
            longest = max(longest, (time.process_time() - began) * 1000)
            repeats, kept = max(repeats, regrouped.repeats), min(kept, regrouped.kept)
        row(
            "R5",
            f"{count} x {rooms} x {rounds}, after 2 rounds 10 % {kind}",
            f"at most {repeats} repeats, {kept:.1%} of seats kept, {longest:.0f} ms",
        )


def rules() -> None:
    """R6: hard rules and balance together."""
    for count, rooms, rounds in CLASSES:
        everybody, rng = people(count), Random(0)
        adults = everybody[:rooms]
        pupils = rng.sample(everybody[rooms:], count - rooms)
        apart = tuple(zip(pupils[0 : rooms * 2 : 2], pupils[1 : rooms * 2 : 2], strict=False))[:20]
        half = tuple(pupils[::2])
        problem = Problem(
            people=everybody, rooms=rooms, rounds=rounds, keep_apart=apart, balance=(half,),
            anchors={person: room for room, person in enumerate(adults)},
        )  # fmt: skip
        plan, took = timed(problem, seconds=3.0)
        broken = sum(set(pair) <= set(group) for groups in plan.rounds for group in groups for pair in apart)
        broken += sum(adults[room] not in group for groups in plan.rounds for room, group in enumerate(groups))
        spread = max(
            max(counts) - min(counts)
            for groups in plan.rounds
            if (counts := [len(set(group) & set(half)) for group in groups])
        )
        seen = f"{broken} rules broken, spread {spread}, {plan.repeats} repeats, {took:.0f} ms"
        row("R6", f"{count} x {rooms} x {rounds}: {len(apart)} pairs apart, an adult a room, two halves", seen)


def same_again() -> None:
    """R7 and R8."""
    problem = Problem(people=people(31), rooms=6, rounds=6)
    one, two = (solve(problem, seed=3, moves=50_000, seconds=60) for _ in range(2))
    row(
        "R7",
        "31 x 6 x 6, searched twice with one seed",
        "the same plan" if one.rooms == two.rooms else "DIFFERENT plans",
    )
    row("R8", "its repeats and the proven bound", f"{one.repeats} and {one.bound}")


def two_lessons() -> None:
    """R9: the second lesson knows the first."""
    first = solve(Problem(people=people(30), rooms=6, rounds=3), seed=1)
    told: list[str] = []
    for name, history in (("without", {}), ("with", {pair: float(count) for pair, count in first.meetings().items()})):
        second = solve(Problem(people=people(30), rooms=6, rounds=3, history=history), seed=2)
        again = sum(
            tuple(sorted(pair)) in first.meetings()
            for groups in second.rounds
            for group in groups
            for pair in combinations(group, 2)
        )
        told.append(f"{again} {name} history")
    row("R9", "30 x 6 x 3 twice: meetings of the second lesson that were in the first", ", ".join(told))


if __name__ == "__main__":
    main()
