"""Draws the patterns of rotations as SVG, from real plans: `python docs/pictures/make.py`."""

from pathlib import Path

from bots.rotation import Plan, Problem, solve

FOLDER = Path(__file__).parent
COLOURS = ("#0b6e99", "#d9730d", "#0f7b6c", "#ad1a72", "#6940a5", "#937264")
DOT, STEP, LEFT, TOP = 13, 32, 96, 44

PICTURES = {
    "mix": (Problem(people=tuple("abcdefghijkl"), rooms=4, rounds=3), "new groups in every round"),
    "fixed": (Problem(people=tuple("abcdefghijkl"), rooms=4, rounds=3, pattern="fixed"), "the same groups"),
    "pairs": (Problem(people=tuple("abcdefgh"), rooms=4, rounds=3, pattern="pairs"), "another partner in every round"),
    "jigsaw": (
        Problem(people=tuple("abcdefghijkl"), rooms=4, rounds=3, pattern="jigsaw"),
        "home groups, expert groups, home again",
    ),
    "carousel": (
        Problem(people=tuple("abcdefghijkl"), rooms=4, rounds=3, pattern="carousel"),
        "groups go on to the next room",
    ),
}


def drawn(name: str, plan: Plan, words: str) -> str:
    """One picture: a line for each round, a box for each room; a person keeps the colour of their first group."""
    first = {person: number for number, group in enumerate(plan.groups(0)) for person in group}
    size = max(len(group) for groups in plan.rounds for group in groups)
    box = size * STEP + 8
    width, height = LEFT + 4 * (box + 14), TOP + len(plan.rounds) * 62 + 8
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            f' role="img" aria-labelledby="t" font-family="sans-serif">'
        ),
        f'<title id="t">{name}: {words}</title>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="14" y="26" font-size="17" font-weight="bold" fill="#222">{name}</text>',
        f'<text x="{LEFT + 4}" y="26" font-size="14" fill="#555">{words}</text>',
    ]
    for number, groups in enumerate(plan.rounds):
        y = TOP + number * 62
        parts.append(f'<text x="14" y="{y + 29}" font-size="14" fill="#555">round {number + 1}</text>')
        for room, group in enumerate(one for one in groups if one):
            x = LEFT + room * (box + 14)
            parts.append(f'<rect x="{x}" y="{y}" width="{box}" height="46" rx="9" fill="#f5f5f2" stroke="#c9c9c2"/>')
            for place, person in enumerate(group):
                cx = x + 4 + STEP // 2 + place * STEP
                parts += [
                    f'<circle cx="{cx}" cy="{y + 23}" r="{DOT}" fill="{COLOURS[first[person]]}"/>',
                    f'<text x="{cx}" y="{y + 28}" font-size="14" fill="#fff" text-anchor="middle">{person}</text>',
                ]
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    for name, (problem, words) in PICTURES.items():
        (FOLDER / f"{name}.svg").write_text(drawn(name, solve(problem), words), encoding="utf-8")
