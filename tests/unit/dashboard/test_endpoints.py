"""The endpoints of `bots serve`: what they tell, and what they ask of the timetable."""

import pytest

from tests.unit.dashboard.watched import SESSION, TOKEN, FakeTimetable, client_of

RIGHT = {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("values", "codes", "reason"),
    [
        ({}, {"/startup": 200, "/live": 200, "/ready": 200}, "ok"),
        ({"is_open": False}, {"/startup": 503, "/live": 200, "/ready": 503}, "being read"),
        ({"is_stopping": True}, {"/startup": 200, "/live": 200, "/ready": 503}, "being stopped"),
        ({"is_journal_away": True}, {"/startup": 200, "/live": 200, "/ready": 503}, "journal"),
    ],
)
async def test_probes_say_how_far_it_is(values: dict[str, bool], codes: dict[str, int], reason: str) -> None:
    async with client_of(FakeTimetable(**values)) as client:
        answers = {path: await client.get(path) for path in codes}
    assert codes == {path: answer.status_code for path, answer in answers.items()}
    assert reason in answers["/ready"].text


async def test_what_runs_and_what_comes_is_told_with_the_problems_of_files() -> None:
    async with client_of(FakeTimetable()) as client:
        [running] = (await client.get("/sessions", headers=RIGHT)).json()
        books = (await client.get("/schedules", headers=RIGHT)).json()
        status = (await client.get("/status", headers=RIGHT)).json()
    assert (SESSION, 3, "2026-03-30T08:00:00Z") == (
        running["session"], running["snapshot"]["present"], running["starts_at"],
    )  # fmt: skip
    assert [None, "b.yaml:1:1: error[no-name] …"] == [book["problem"] for book in books]
    assert ([running], books, 7) == (status["running"], status["books"], status["counts"]["started"])
    assert {"finished": 1, "ended_early": 0, "failed": 0, "stopped": 0} == status["counts"]["ended"]


async def test_a_session_is_ended_and_steered_by_its_id() -> None:
    timetable = FakeTimetable()
    async with client_of(timetable) as client:
        for path, body, code in (
            (f"/sessions/{SESSION}/stop", None, 202),
            (f"/sessions/{SESSION}/steer", {"text": "!more 2m"}, 202),
            ("/sessions/other/stop", None, 404),
            (f"/sessions/{SESSION}/steer", {"text": ""}, 400),
            (f"/sessions/{SESSION}/steer", {"text": 5}, 400),
            (f"/sessions/{SESSION}/steer", ["text"], 400),
            (f"/sessions/{SESSION}/steer", {"text": "x" * 201}, 400),
        ):
            assert code == (await client.post(path, headers=RIGHT, json=body)).status_code, (path, body)
        assert 405 == (await client.get(f"/sessions/{SESSION}/stop", headers=RIGHT)).status_code
    assert [("end", SESSION), ("steer", SESSION, "more 2m"), ("end", "other")] == timetable.asked
