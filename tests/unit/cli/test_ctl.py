"""bots ctl: what a `bots serve` is asked, by the endpoints that it has."""

import asyncio

import httpx
import pytest
import typer
from typer.testing import CliRunner

from bots.cli import ctl
from bots.cli.ctl import Served
from bots.cli.exits import Exit
from bots.cli.main import app
from bots.errors import ApiError, ConfigError
from tests.unit.dashboard.watched import AT, SESSION, TOKEN, FakeTimetable, client_of

AT_HOME = "127.0.0.1:8080"


def way_to(timetable: FakeTimetable, *, token: str = TOKEN) -> httpx.MockTransport:
    """To the endpoints of a timetable, as the real application has them."""

    async def carry(request: httpx.Request) -> httpx.Response:
        async with client_of(timetable, token=token) as client:
            found = await client.request(
                request.method, request.url.raw_path.decode(), headers=request.headers, content=request.content
            )
            return httpx.Response(found.status_code, content=found.content)

    return httpx.MockTransport(lambda request: asyncio.run(carry(request)))


def answering(code: int, text: str) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _: httpx.Response(code, text=text))


def test_a_session_is_named_by_the_beginning_of_its_id() -> None:
    timetable = FakeTimetable()
    served = Served(AT_HOME, TOKEN, way_to(timetable))
    assert SESSION == served.ask("Spanish", "stop") == served.ask(SESSION, "steer", {"text": "more 2m"})
    assert [("end", SESSION), ("steer", SESSION, "more 2m")] == timetable.asked


def test_what_does_not_run_is_told_with_what_does() -> None:
    with pytest.raises(ConfigError, match=f"'Latin' does not run at .*; these do: {SESSION}"):
        Served(AT_HOME, TOKEN, way_to(FakeTimetable())).ask("Latin", "stop")
    with pytest.raises(ConfigError, match=r"send .*more 2m"):
        Served(AT_HOME, TOKEN, way_to(FakeTimetable())).ask(SESSION, "steer", {"text": "x" * 201})


@pytest.mark.parametrize(
    ("way", "error", "told"),
    [
        (way_to(FakeTimetable(), token=""), ConfigError, "was started without BOTS_HTTP_TOKEN"),
        (way_to(FakeTimetable(), token="b" * 30), ConfigError, "does not take this BOTS_HTTP_TOKEN"),
        (answering(200, "<html>"), ConfigError, "no bots serve"),
        (answering(200, "[1]"), ConfigError, "no bots serve"),
        (answering(404, "not found"), ConfigError, "no bots serve"),
        (answering(429, "too many requests"), ApiError, "429: too many requests; try again"),
    ],
)
def test_whatever_answers_is_told_by_what_to_do(way: httpx.MockTransport, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        Served(AT_HOME, TOKEN, way).status()


def test_nobody_who_answers_and_no_token_are_told() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ApiError, match=r"nobody answers at 127\.0\.0\.1:8080"):
        Served(AT_HOME, TOKEN, httpx.MockTransport(refuse)).status()
    with pytest.raises(ConfigError, match="BOTS_HTTP_TOKEN is not set"):
        Served(AT_HOME, "")
    with pytest.raises(typer.BadParameter):
        Served("8080", TOKEN)


def test_the_status_tells_what_runs_what_comes_and_what_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctl, "_served", lambda http: Served(http, TOKEN, way_to(FakeTimetable())))
    told = CliRunner().invoke(app, ["ctl", "status"])
    assert Exit.DONE == told.exit_code
    assert told.output.splitlines() == [
        "running:",
        f"  {SESSION}  until {AT:%Y-%m-%dT%H:%M:%SZ}  3 of 4 bots are there",
        "coming:",
        f"  {AT:%Y-%m-%dT%H:%M:%SZ}  Spanish 9B/lesson",
        "/p/b.yaml cannot be used:",
        "  b.yaml:1:1: error[no-name] …",
    ]
