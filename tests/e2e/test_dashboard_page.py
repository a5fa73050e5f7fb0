"""The page of `bots serve` in a real browser: it asks for the token, shows what runs and what comes, and steers."""

import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from bots.bot import RoundStands
from bots.dashboard import endpoints
from bots.fleet import SessionSnapshot
from bots.playbook import COUNTERS
from bots.server import HttpServer
from bots.timetable import BookStatus, EntryStatus, RunningStatus
from tests.unit.dashboard.watched import SESSION, TOKEN, FakeTimetable


def served() -> FakeTimetable:
    """A class in the second of three rounds, which ends in five minutes from now, and a playbook that is broken."""
    now = datetime.now(UTC)
    ends_at = now + timedelta(minutes=30)
    round_ = RoundStands(
        bot_id="helper", rotation="speaking", round=2, rounds=3, phase="running", until=now + timedelta(minutes=5),
        rooms=6, people=24, missing=("pupil-17",),
    )  # fmt: skip
    snapshot = SessionSnapshot(
        session=SESSION, starts_at=now - timedelta(minutes=20), ends_at=ends_at, bots=25, present=25, gone=0,
        counts=dict.fromkeys(COUNTERS, 0) | {"said": 4}, rounds=(round_,),
    )  # fmt: skip
    running = RunningStatus(SESSION, "Spanish 9B", "lesson", snapshot.starts_at, ends_at, False, snapshot)
    books = (
        BookStatus("/p/a.yaml", "Spanish 9B", None, (EntryStatus("lesson", now + timedelta(days=2), ends_at),)),
        BookStatus("/p/b.yaml", None, "b.yaml:1:1: error[no-name] <b>no</b>", ()),
    )
    return FakeTimetable(running=(running,), books=books)


@dataclass
class Office:
    """A browser before the page of a timetable."""

    page: Page
    timetable: FakeTimetable
    server: HttpServer
    faults: list[str] = field(default_factory=list)

    async def enter(self, token: str = TOKEN) -> None:
        await self.page.get_by_label("Token").fill(token)
        await self.page.get_by_role("button", name="Open").click()


@pytest_asyncio.fixture
async def office() -> AsyncIterator[Office]:
    chromium = shutil.which("chromium")
    assert chromium is not None, "this test needs Debian's chromium: apt-get install chromium"
    timetable = served()
    app = endpoints(timetable, token=TOKEN, now_s=time.monotonic)
    async with HttpServer(app, host="127.0.0.1", port=0, ws="none") as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(viewport={"width": 900, "height": 900})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(f"http://127.0.0.1:{server.port}/")
        yield Office(page, timetable, server, faults)
        await browser.close()
    assert [] == faults


async def test_without_the_token_the_page_shows_nothing_and_with_it_all(office: Office) -> None:
    page, status = office.page, office.page.get_by_role("status")
    await office.enter("a-guess-1234567890-abcdef")
    await expect(status).to_have_text("This is not its token.")
    assert "Spanish" not in await page.content()
    await office.enter()
    await expect(status).to_have_text("All is well.")
    await expect(page.get_by_role("heading", name=SESSION)).to_be_visible()
    card = page.locator("article")
    await expect(card).to_contain_text("speaking, round 2 of 3: 04:")
    await expect(card).to_contain_text("6 rooms, 23 of 24 in place; missing: pupil-17.")
    await expect(card).to_contain_text("25 of 25 bots are there, 0 errors, 4 lines said")
    await expect(page.locator("#coming")).to_contain_text("Spanish 9B/lesson")
    await expect(page.get_by_text("b.yaml:1:1: error[no-name] <b>no</b>")).to_be_visible()  # text, not a tag
    await page.reload()
    await expect(status).to_have_text("All is well.")  # this tab still knows the token


async def test_a_session_is_steered_and_ended_by_two_presses(office: Office) -> None:
    await office.enter()
    await office.page.get_by_role("button", name="2 minutes more").click()
    await expect(office.page.get_by_role("status")).to_have_text("Asked: more 2m.")
    await office.page.get_by_role("button", name="End", exact=True).click()
    await office.page.get_by_role("button", name="Really end it?").click()
    await expect(office.page.get_by_role("status")).to_contain_text("It is asked to end")
    assert [("steer", SESSION, "more 2m"), ("end", SESSION)] == office.timetable.asked
    [running] = office.timetable.status().running
    office.timetable.values["running"] = (replace(running, is_stopping=True),)
    await expect(office.page.locator("article")).to_contain_text("It is ending.")
    office.timetable.values["running"] = ()
    await expect(office.page.get_by_text("Nothing runs now.")).to_be_visible()


async def test_a_process_that_is_gone_is_told(office: Office) -> None:
    await office.enter()
    await expect(office.page.get_by_role("status")).to_have_text("All is well.")
    await office.server.stop()
    await expect(office.page.get_by_role("status")).to_have_text("bots serve does not answer.", timeout=30_000)
