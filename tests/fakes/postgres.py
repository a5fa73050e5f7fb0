"""A PostgreSQL server of the tests' own: the real one, from Debian's package, in a folder that is gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["PostgresServer"]


class PostgresServer:
    """Runs from when it is made; listens on a socket in its folder only. It refuses root, so root lends it a user."""

    def __init__(self) -> None:
        self._bin = _programs()
        self.folder = Path(
            tempfile.mkdtemp(prefix="bots-pg-")
        )  # short: the path of a socket has 107 characters at most
        self._user = _user() if os.geteuid() == 0 else None
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self._do("initdb", "--auth=trust", "--username=bots", "--no-sync", "--encoding=UTF8", "--locale=C")
        self.start()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://bots@/{database}?host={self.folder}"

    def start(self) -> None:
        settings = f"-k {self.folder} -c listen_addresses='' -c max_connections=50 -c fsync=on"
        self._do("pg_ctl", "--wait", "--timeout=60", "-l", str(self.folder / "log"), "-o", settings, "start")

    def stop(self) -> None:
        """At once: open connections break, as in a restart that nobody has announced."""
        self._do("pg_ctl", "--wait", "--mode=immediate", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _do(self, program: str, *arguments: str) -> None:
        data = str(self.folder / "data")
        done = subprocess.run(
            [str(self._bin / program), "-D", data, *arguments], user=self._user, cwd=self.folder, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout


def _programs() -> Path:
    """The folder of initdb; Debian keeps it out of the PATH."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert newest, "there is no PostgreSQL server here; `make postgres` installs one"
    return newest[-1].parent


def _user() -> str:
    known = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
