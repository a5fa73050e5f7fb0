"""The live lines of a terminal: how a session stands, below the log."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from bots.bot import RoundStands
from bots.cli.live import LiveLines, line_of, live_lines
from bots.fleet import SessionSnapshot

START = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
END = START + timedelta(minutes=50)
NAME = "Spanish/lesson@2026-03-30T08:00Z"


def session(*rounds: RoundStands, name: str = NAME) -> SessionSnapshot:
    return SessionSnapshot(session=name, starts_at=START, ends_at=END, bots=26, present=25, gone=1, rounds=rounds)


def round_two(**values: object) -> RoundStands:
    settings = {
        "phase": "running", "until": START + timedelta(minutes=20), "rooms": 6, "people": 24, "missing": ("pupil-17",),
    }  # fmt: skip
    return RoundStands(bot_id="helper", rotation="talk", round=2, rounds=3, **{**settings, **values})  # type: ignore[arg-type]  # any field of it


@pytest.mark.parametrize(
    ("snapshot", "line"),
    [
        (session(round_two()), "round 2/3  05:12 left  6 rooms  23/24 in place  missing: pupil-17"),
        (session(round_two(missing=())), "round 2/3  05:12 left  6 rooms  24/24 in place"),
        (session(round_two(rooms=1, missing=("a", "b", "c", "d"))),
         "round 2/3  05:12 left  1 room  20/24 in place  missing: a, b, c, …"),
        (session(round_two(is_held=True, missing=())), "round 2/3  time stands still  6 rooms  24/24 in place"),
        (session(round_two(phase="closing", missing=("a",))), "round 2/3  ending  23 not back yet"),
        (session(round_two(phase="waiting")), "round 2/3 is over  talk: the next round begins in 05:12"),
        (session(), "35:12 left  25/25 bots here"),
    ],
)  # fmt: skip
def test_the_line_says_how_the_class_stands(snapshot: SessionSnapshot, line: str) -> None:
    assert line == line_of(snapshot, START + timedelta(minutes=14, seconds=48))


def test_before_and_after_the_session_it_says_so() -> None:
    assert "starts in 1:00:05  25/25 bots here" == line_of(session(), START - timedelta(hours=1, seconds=5))
    assert "ending  25/25 bots here" == line_of(session(), END)


class Terminal(io.StringIO):
    """What a terminal of 40 columns shows after what was written to it."""

    def isatty(self) -> bool:
        return True

    def shown(self) -> list[str]:
        rows, row, column = [""], 0, 0
        text = self.getvalue()
        while text:
            if text.startswith("\x1b["):
                end = next(n for n, sign in enumerate(text) if sign.isalpha())
                row -= int(text[2:end]) if text[end] == "A" else 0
                if text[end] == "J":
                    rows[row:] = [rows[row][:column]]
                text = text[end + 1 :]
                continue
            sign, text = text[0], text[1:]
            if sign == "\r":
                column = 0
            elif sign == "\n":
                row, column = row + 1, 0
                rows += [""] * (row + 1 - len(rows))
            else:
                rows[row] = rows[row][:column].ljust(column) + sign + rows[row][column + 1 :]
                column += 1
        return rows


class Fixed:
    """A clock that stands still."""

    def now(self) -> datetime:
        return START + timedelta(minutes=14, seconds=48)

    def monotonic(self) -> float:
        return 0.0

    async def sleep_until(self, monotonic_s: float) -> None: ...


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LINES", "20")
    return Terminal()


async def test_the_log_goes_on_above_the_lines_and_nothing_of_them_is_left(terminal: Terminal) -> None:
    async with LiveLines(terminal, Fixed()) as lines:
        lines.write("first event\n")
        lines.flush()
        assert ["first event", ""] == terminal.shown()
        lines.watch(lambda: (session(round_two()),))
        lines.flush()
        assert ["first event", "round 2/3  05:12 left  6 rooms  23/24 i"] == terminal.shown()
        lines.watch(lambda: (session(name="One"), session(round_two(), name="Two\x1b[31m")))
        lines.write("second event\n")
        lines.flush()
        lines.note("stopping")
        assert [
            "first event", "second event", "stopping", "One  35:12 left  25/25 bots here",
            "Two?[31m  round 2/3  05:12 left  6 room",
        ] == terminal.shown()  # fmt: skip
    assert ["first event", "second event", "stopping", ""] == terminal.shown()


@pytest.mark.parametrize(
    ("form", "term", "is_there"), [("auto", "xterm", True), ("text", "xterm", True), ("json", "xterm", False),
                                   ("auto", "dumb", False), ("auto", "", False)]
)  # fmt: skip
async def test_only_a_terminal_that_can_has_them(terminal: Terminal, form: str, term: str, is_there: bool) -> None:
    async with live_lines(form, terminal, environment={"TERM": term}) as lines:  # type: ignore[arg-type]  # a literal
        assert is_there == (lines is not None)
    async with live_lines("auto", io.StringIO(), environment={"TERM": "xterm"}) as lines:
        assert lines is None
