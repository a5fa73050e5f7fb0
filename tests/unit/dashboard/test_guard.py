"""What stands before the endpoints: nobody steers without the token, floods them, or reads them from another page."""

from collections.abc import AsyncIterator

import pytest

from bots.dashboard.guard import AT_ONCE, MOST_ADDRESSES, MOST_BYTES, OPEN, PAGE, Rate
from tests.unit.dashboard.watched import SESSION, TOKEN, FakeTimetable, Seconds, client_of

POLICY = "content-security-policy"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}
CLOSED = [("GET", "/status"), ("GET", "/sessions"), ("GET", "/schedules"), ("POST", f"/sessions/{SESSION}/stop")]


@pytest.mark.parametrize("path", OPEN)
async def test_probes_and_numbers_need_no_token(path: str) -> None:
    async with client_of(FakeTimetable(), token="") as client:
        assert 200 == (await client.get(path)).status_code


@pytest.mark.parametrize(
    ("method", "path"), [*CLOSED, ("GET", "/page.json"), ("GET", "/nothing"), ("GET", "/live/../sessions")]
)
async def test_everything_else_needs_the_token(method: str, path: str) -> None:
    wrong = ("", "Bearer", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, f"bearer {TOKEN}")
    timetable = FakeTimetable()
    async with client_of(timetable) as client:
        for value in wrong:
            answer = await client.request(method, path, headers={"Authorization": value} if value else {})
            assert (401, "Bearer") == (answer.status_code, answer.headers["www-authenticate"])
            assert TOKEN not in answer.text
        assert 401 == (await client.request(method, f"{path}?token={TOKEN}")).status_code
    assert [] == timetable.asked


@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_the_token_opens_them(method: str, path: str) -> None:
    async with client_of(FakeTimetable()) as client:
        assert (await client.request(method, path, headers=RIGHT)).status_code in (200, 202)


async def test_without_a_token_of_its_own_nothing_more_is_open_to_anybody() -> None:
    async with client_of(FakeTimetable(), token="") as client:
        for value in ("Bearer ", "Bearer x"):
            answer = await client.get("/status", headers={"Authorization": value})
            assert (403, True) == (answer.status_code, "BOTS_HTTP_TOKEN" in answer.text)


async def test_no_page_of_another_origin_may_read_or_embed_an_answer() -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    async with client_of(FakeTimetable()) as client:
        answers = [
            await client.get("/metrics", headers=asked),
            await client.get("/status", headers=asked),
            await client.options("/status", headers=asked),
        ]
    for answer in answers:
        assert [] == [name for name in answer.headers if name.startswith("access-control-")]
        assert ("nosniff", "no-store", "DENY") == (
            answer.headers["x-content-type-options"],
            answer.headers["cache-control"],
            answer.headers["x-frame-options"],
        )


async def test_the_page_knows_nothing_and_loads_nothing_from_elsewhere() -> None:
    async with client_of(FakeTimetable()) as client:
        answers = {path: await client.get(path) for path in PAGE}
        assert "default-src 'none'; frame-ancestors 'none'" == (await client.get("/live")).headers[POLICY]
    for path, answer in answers.items():
        assert "script-src 'self'" in answer.headers[POLICY]
        assert "unsafe" not in answer.headers[POLICY]
        assert "DENY" == answer.headers["x-frame-options"]
        assert "Spanish" not in answer.text, path
    assert ["text/html", "text/css", "text/javascript"] == [
        answer.headers["content-type"].partition(";")[0] for answer in answers.values()
    ]


async def test_a_body_without_end_is_refused_however_its_length_is_said() -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1024

    async with client_of(FakeTimetable()) as client:
        path = f"/sessions/{SESSION}/steer"
        assert 413 == (await client.post(path, headers=RIGHT, content=b"x" * (MOST_BYTES + 1))).status_code
        assert 413 == (await client.post(path, headers=RIGHT, content=endless())).status_code


async def test_who_asks_too_often_waits_and_a_flood_of_guesses_stops_no_probe() -> None:
    seconds = Seconds()
    async with client_of(FakeTimetable(), now_s=seconds) as client:
        codes = [(await client.get("/status")).status_code for _ in range(int(AT_ONCE) + 2)]
        assert [401] * int(AT_ONCE) + [429, 429] == codes
        assert 200 == (await client.get("/live")).status_code
        seconds.now_s += 1
        assert 200 == (await client.get("/status", headers=RIGHT)).status_code


def test_addresses_that_are_counted_are_bounded() -> None:
    rate = Rate(1.0, 2.0, Seconds())
    assert [True, True, False] == [rate.take("a") for _ in range(3)]
    for number in range(MOST_ADDRESSES):
        rate.take(str(number))
    assert rate.take("a")  # forgotten
