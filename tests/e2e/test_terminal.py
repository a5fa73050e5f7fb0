"""On a terminal: the log as text, below it a line that says how the session stands, and Ctrl-C."""

import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

from tests.e2e.program import BOTS, PLAYBOOKS

LESSON = """\
playbook: 1
name: Two rounds
room: {create: {name: class, mode: group}}
schedule: [{id: lesson, length: 60s}]
rotations: {talk: {group_size: 2, rounds: 2, round_length: 40s}}
bots:
  helper: {role: moderator, timeline: [{at: start, do: [{rotate: talk}]}]}
  pupil: {count: 4, invites: [{room: "Group 1", then: accept}, {otherwise: reject}]}
"""
LIMIT_S = 120.0


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, *words: str, state: Path) -> None:
        self._here, there = pty.openpty()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BOTS_")}
        self.process = subprocess.Popen(
            [BOTS, *words], stdin=there, stdout=there, stderr=there, start_new_session=True,
            env={**kept, "XDG_STATE_HOME": str(state), "TERM": "xterm", "COLUMNS": "100", "LINES": "30"},
        )  # fmt: skip
        os.close(there)
        self.shown = ""

    def until(self, text: str) -> None:
        """Read until this has been shown."""
        ends_s = time.monotonic() + LIMIT_S
        while text not in self.shown:
            assert time.monotonic() < ends_s, f"no {text!r} in {self.shown[-2000:]!r}"
            assert self.read(), f"it ended without {text!r}: {self.shown[-2000:]!r}"

    def end(self) -> int:
        """Its exit code."""
        while self.read():
            pass
        return self.process.wait(LIMIT_S)

    def read(self) -> bool:
        """What is shown next, within a second; false at the end."""
        if not select.select([self._here], [], [], 1.0)[0]:
            return self.process.poll() is None
        try:
            data = os.read(self._here, 65_536)
        except OSError:  # nobody writes there any more
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._here)


def test_a_line_below_the_log_says_how_the_round_stands_until_the_session_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(LESSON, encoding="utf-8")
    terminal = Terminal("run", str(path), state=tmp_path / "state")
    try:
        terminal.until("bots here\r")
        terminal.until(" in place  missing: pupil-")
        assert "round 1/2  00:" in terminal.shown
        terminal.process.send_signal(signal.SIGINT)
        terminal.until("stopping: bots leave their rooms; once more to stop at once\r\n")
        assert 0 == terminal.end()
    finally:
        terminal.close()
    told = terminal.shown.rpartition("session_finished")[2]
    assert "Two rounds/lesson@" in told
    assert "in place" not in told.partition("Two rounds/lesson@")[2]  # the line is gone when the end is told


def test_ctrl_c_at_the_prompt_ends_the_console(tmp_path: Path) -> None:
    terminal = Terminal("console", str(PLAYBOOKS / "greeter.yaml"), state=tmp_path / "state")
    try:
        terminal.until("00:01> ")
        while terminal.read():  # again, for one that comes in the instant before it reads is heard with the next key
            terminal.process.send_signal(signal.SIGINT)
        assert 130 == terminal.end()
    finally:
        terminal.close()
    assert "Traceback" not in terminal.shown
