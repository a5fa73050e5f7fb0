"""`bots ctl`: look at a `bots serve` that runs, and steer it, by its endpoints."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx
import typer

from bots.cli.exits import Exit
from bots.cli.options import address_of
from bots.cli.programs import print_json
from bots.errors import ApiError, ConfigError

__all__ = ["Served", "show_status", "steer_session", "stop_session"]

LIMIT_S = 10.0  # for one answer: the endpoints are on this machine, or near it
COMING = 10  # starts that are shown


class Served:
    """The endpoints of one `bots serve`.

    Args:
        http: HOST:PORT.
        token: that opens them.
        transport: the way there; a socket unless given.

    Raises:
        typer.BadParameter: `http` is no address.
        ConfigError: there is no token.
    """

    def __init__(self, http: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        host, port = address_of(http)
        if not token:
            raise ConfigError("BOTS_HTTP_TOKEN is not set; set it to what bots serve was started with")
        self._http = http
        self._client = httpx.Client(
            base_url=f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}",
            headers={"Authorization": f"Bearer {token}"}, timeout=LIMIT_S, transport=transport, trust_env=False,
        )  # fmt: skip

    def status(self) -> dict[str, Any]:
        """What `GET /status` tells.

        Raises:
            ApiError: nobody answers. ConfigError: the token is another one, or it is no `bots serve` that answers.
        """
        try:
            found = self._answer("GET", "/status").json()
        except ValueError:
            found = None
        if not isinstance(found, dict) or "running" not in found:
            raise ConfigError(f"what answers at {self._http} is no bots serve; --http says where it is")
        return found

    def ask(self, name: str, what: str, body: Mapping[str, str] | None = None) -> str:
        """Ask something of a session; its id.

        Args:
            name: its id, or the beginning of just one.

        Raises:
            ConfigError: none that runs there is called so, or several are; or as `status`. ApiError: as `status`.
        """
        running = [one["session"] for one in self.status()["running"]]
        found = [one for one in running if one == name] or [one for one in running if one.startswith(name)]
        if len(found) != 1:
            fits = f"fits {len(found)} sessions that run" if found else "does not run"
            raise ConfigError(f"{name!r} {fits} at {self._http}; these do: {', '.join(running) or 'none'}")
        answer = self._answer("POST", f"/sessions/{quote(found[0], safe='')}/{what}", body)
        if answer.status_code != httpx.codes.ACCEPTED:
            raise ConfigError(answer.text.strip())
        return str(found[0])

    def _answer(self, method: str, path: str, body: Mapping[str, str] | None = None) -> httpx.Response:
        try:
            answer = self._client.request(method, path, json=body)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise ApiError(f"nobody answers at {self._http} ({error}); does bots serve run there?") from error
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise ConfigError(f"the bots serve at {self._http} was started without BOTS_HTTP_TOKEN; start it with one")
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise ConfigError(f"{self._http} does not take this BOTS_HTTP_TOKEN; set it to what bots serve has")
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
            raise ApiError(f"{self._http} answers {answer.status_code}: {answer.text.strip()}; try again")
        return answer


def show_status(*, http: str, as_json: bool) -> int:
    """Print what runs, what comes, and which files cannot be used.

    Raises:
        typer.BadParameter, ConfigError, ApiError: as `Served.status`.
    """
    found = _served(http).status()
    if as_json:
        print_json(found)
    else:
        typer.echo("\n".join(_told(found)))
    return Exit.DONE


def stop_session(name: str, *, http: str, as_json: bool) -> int:
    """End a session in order.

    Raises:
        typer.BadParameter, ConfigError, ApiError: as `Served.ask`.
    """
    session = _served(http).ask(name, "stop")
    if as_json:
        print_json({"session": session, "asked": "stop"})
    else:
        typer.echo(f"{session} is asked to end: its bots finish their step, and leave")
    return Exit.DONE


def steer_session(name: str, words: Sequence[str], *, http: str, as_json: bool) -> int:
    """Steer the rotation of a session.

    Raises:
        typer.BadParameter, ConfigError, ApiError: as `Served.ask`.
    """
    text = " ".join(words)
    session = _served(http).ask(name, "steer", {"text": text})
    if as_json:
        print_json({"session": session, "asked": text})
    else:
        typer.echo(
            f"{session} is asked: {text}; its log tells whether it could be done (control_used, control_refused)"
        )
    return Exit.DONE


def _served(http: str) -> Served:
    return Served(http, os.environ.get("BOTS_HTTP_TOKEN", ""))


def _told(status: Mapping[str, Any]) -> Iterator[str]:
    if status["is_stopping"]:
        yield "it is being stopped"
    if status["is_journal_away"]:
        yield f"the journal cannot be written; {status['journal_backlog']} writes wait"
    yield "running:" if status["running"] else "nothing runs"
    for one in status["running"]:
        now = one["snapshot"]
        here = "is being made ready" if now is None else f"{now['present']} of {now['bots']} bots are there"
        yield f"  {one['session']}  until {one['ends_at']}  {'is ending' if one['is_stopping'] else here}"
    coming = sorted(
        (entry["starts_at"], f"{book['playbook']}/{entry['entry']}")
        for book in status["books"] for entry in book["entries"] if entry["starts_at"]
    )  # fmt: skip
    yield "coming:" if coming else "no sessions to come"
    for starts_at, name in coming[:COMING]:
        yield f"  {starts_at}  {name}"
    for book in status["books"]:
        if book["problem"]:
            kept = " (its last good version is kept)" if book["entries"] else ""
            yield f"{book['file']} cannot be used{kept}:\n  {book['problem']}"
