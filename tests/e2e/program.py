"""The command `bots` as its users start it: a process with a log, an exit code and, for `bots room`, an address."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["PLAYBOOKS", "ROOT", "Ended", "Event", "Program", "Provider", "fields", "room_server"]

ROOT = Path(__file__).parents[2]
PLAYBOOKS = ROOT / "playbooks"
BOTS = Path(sys.executable).with_name("bots")
POLL_S = 0.05

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process left behind."""

    code: int
    out: str
    err: str
    duration_s: float

    @property
    def log(self) -> tuple[Event, ...]:
        """The log; fails if a line of the standard output is no JSON object."""
        return tuple(fields(line) for line in self.out.splitlines())

    def events(self, name: str, **values: object) -> tuple[Event, ...]:
        return _chosen(self.log, name, values)


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a `bots room` process listens, and its credentials."""

    api_url: str
    app_id: str
    app_key: str
    page_url: str
    pid: int

    @property
    def environment(self) -> dict[str, str]:
        return {"BOTS_API_URL": self.api_url, "BOTS_APP_ID": self.app_id, "BOTS_APP_KEY": self.app_key}


class Program:
    """A started `bots` command. Its output goes to files, so that it never waits for whoever reads it.

    Args:
        arguments: what stands after `bots`.
        folder: for the two files; must exist.
        environment: added to this process's own, of which the variables of `bots` are left out.
        within: a command that becomes the one that stands after it.
    """

    def __init__(
        self, *arguments: str, folder: Path, environment: Mapping[str, str] | None = None, within: Sequence[str] = ()
    ) -> None:
        self._out, self._err = (folder / f"{time.monotonic_ns()}.{name}" for name in ("out", "err"))
        self._since_s = time.monotonic()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BOTS_") and name != "ROOM"}
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(
                [*within, str(BOTS), *arguments],
                stdout=out,
                stderr=err,
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env={**kept, **(environment or {})},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def out(self) -> str:
        """The standard output so far; a line that is not complete yet is left out."""
        text = self._out.read_text(encoding="utf-8")
        return text[: text.rfind("\n") + 1]

    @property
    def err(self) -> str:
        return self._err.read_text(encoding="utf-8")

    @property
    def log(self) -> tuple[Event, ...]:
        return tuple(fields(line) for line in self.out.splitlines())

    def events(self, name: str, **values: object) -> tuple[Event, ...]:
        return _chosen(self.log, name, values)

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None

    def wait_for(self, what: str, condition: Callable[[], bool], *, limit_s: float = 20.0) -> None:
        """Return when the condition holds; fails with the whole output when the process ends or time runs out."""
        deadline_s = time.monotonic() + limit_s
        while not condition():
            is_over = self.is_over
            if (is_over and not condition()) or time.monotonic() > deadline_s:
                raise AssertionError(f"no {what}: code {self._process.returncode}\n{self._all_output()}")
            time.sleep(POLL_S)

    def wait_event(self, name: str, *, limit_s: float = 20.0, **values: object) -> Event:
        self.wait_for(f"event {name} {values}", lambda: bool(self.events(name, **values)), limit_s=limit_s)
        return self.events(name, **values)[0]

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self, *, limit_s: float = 60.0) -> Ended:
        """Wait for the end of the process."""
        try:
            code = self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {limit_s} s:\n{self._all_output()}") from None
        return Ended(code, self._out.read_text("utf-8"), self._err.read_text("utf-8"), time.monotonic() - self._since_s)

    def close(self) -> None:
        """Make sure that it is gone; safe to call twice."""
        if not self.is_over:
            self._process.kill()
        self._process.wait()

    def _all_output(self) -> str:
        return f"{self._out.read_text('utf-8')}\n{self._err.read_text('utf-8')}"


@contextmanager
def room_server(folder: Path, *arguments: str) -> Iterator[tuple[Program, Provider]]:
    """A `bots room` process, ended in order (or already dead) afterwards."""
    server = Program("room", *arguments, folder=folder)
    try:
        server.wait_for("address", lambda: "Ctrl-C" in server.out)
        yield server, _provider(server)
        if not server.is_over:
            server.signal(signal.SIGTERM)
            assert 0 == server.end(limit_s=10).code
    finally:
        server.close()


def fields(line: str) -> Event:
    """One line of the log; fails if it is no JSON object."""
    event = json.loads(line)
    assert isinstance(event, dict), line
    return event


def _provider(server: Program) -> Provider:
    exported = dict(re.findall(r"export (\w+)=(\S+)", server.out))
    [page_url] = re.findall(r"from a browser: (\S+)", server.out)
    return Provider(exported["BOTS_API_URL"], exported["BOTS_APP_ID"], exported["BOTS_APP_KEY"], page_url, server.pid)


def _chosen(log: tuple[Event, ...], name: str, values: Mapping[str, object]) -> tuple[Event, ...]:
    return tuple(event for event in log if event["event"] == name and all(event.get(k) == v for k, v in values.items()))
