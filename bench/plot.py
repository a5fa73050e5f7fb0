"""Plots as SVG text: bars on a logarithmic scale, and lines. Written into docs/plots, for docs/performance.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, log10
from pathlib import Path

__all__ = ["Bars", "Lines", "write_plot"]

FOLDER = Path("docs/plots")
WIDTH, LEFT, RIGHT, ROW, TOP = 640, 150, 70, 28, 40
HEIGHT, LETTER_WIDTH, GAP = 320, 7, 18
MOST_LABELS = 10
COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#805ad5")


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar a name; values above 0."""

    title: str
    values: Mapping[str, float]

    def svg(self) -> str:
        """The bars, the longest 1,000 times the shortest at most as they are drawn."""
        top = max(self.values.values())
        low = min(min(self.values.values()) / 2, top / 10)
        scale = (WIDTH - LEFT - RIGHT) / (log10(top) - log10(low))
        parts = []
        for number, (name, value) in enumerate(self.values.items()):
            y, length = TOP + number * ROW, (log10(value) - log10(low)) * scale
            parts += [
                _text(LEFT - 8, y + 15, name, anchor="end"),
                f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="20" fill="{COLOURS[0]}"/>',
                _text(LEFT + length + 6, y + 15, _number(value)),
            ]
        return _picture(self.title, TOP + len(self.values) * ROW + 10, parts)


@dataclass(frozen=True, slots=True)
class Lines:
    """Values over numbers, one line a name; x on a logarithmic scale (or even), y from 0 (or logarithmic).

    Of many points a few have their numbers beside them.
    """

    title: str
    x_label: str
    x: Sequence[float]
    lines: Mapping[str, Sequence[float]]
    is_log: bool = field(default=False)
    is_even: bool = field(default=False)

    def svg(self) -> str:
        """The lines with their points, and the values at the points."""
        bottom, high = HEIGHT - 50, max(max(line) for line in self.lines.values())
        low = min(min(line) for line in self.lines.values()) / 2 if self.is_log else 0.0
        across = self.x if self.is_even else [log10(x) for x in self.x]
        wide, step = max(across[-1] - across[0], 1e-9), ceil(len(self.x) / MOST_LABELS)
        named = {self.x[-1 - n] for n in range(0, len(self.x), step)}

        def place(x: float, y: float) -> tuple[float, float]:
            share = (log10(y) - log10(low)) / (log10(high) - log10(low)) if self.is_log else y / high
            part = ((x if self.is_even else log10(x)) - across[0]) / wide
            return 60 + part * (WIDTH - 100), bottom - share * (bottom - TOP - 20)

        parts = [f'<path d="M60 {TOP} V{bottom} H{WIDTH - 30}" stroke="#888" fill="none"/>']
        parts += [_text(place(x, high)[0], bottom + 18, f"{x:g}", anchor="middle") for x in self.x if x in named]
        parts.append(_text(WIDTH / 2, bottom + 38, self.x_label, anchor="middle"))
        name_at = 66
        for number, (name, line) in enumerate(self.lines.items()):
            colour = COLOURS[number % len(COLOURS)]
            points = [place(x, y) for x, y in zip(self.x, line, strict=True)]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            parts.append(f'<polyline points="{path}" stroke="{colour}" stroke-width="2" fill="none"/>')
            parts.append(_text(name_at, TOP, name, colour=colour))
            name_at += LETTER_WIDTH * len(name) + GAP
            for at, (x, y), value in zip(self.x, points, line, strict=True):
                parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
                if at in named:
                    parts.append(_text(x + 5, y - 6, _number(value), colour=colour, size=11))
        return _picture(self.title, HEIGHT, parts)


def write_plot(name: str, plot: Bars | Lines) -> None:
    """Write docs/plots/NAME.svg."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.svg").write_text(plot.svg(), encoding="utf-8")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = "#222", size: int = 13) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-size="{size}">{escape(text)}</text>'


def _picture(title: str, height: float, parts: Sequence[str]) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}" font-family="sans-serif">',
            '<rect width="100%" height="100%" fill="#fff"/>',
            _text(12, 22, title, size=15),
            *parts,
            "</svg>\n",
        ]
    )
