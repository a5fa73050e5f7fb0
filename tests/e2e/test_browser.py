"""A person joins from a real browser by the server's own page, and meets bots: seen, heard, invited, in chat."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bots.media import Clip, load_clip
from bots.room import BreakoutDefinition, InviteRejected, ServerApi
from bots.server import RoomServer
from tests.e2e.guest import Guest, until
from tests.e2e.program import PLAYBOOKS

pytestmark = pytest.mark.asyncio(loop_scope="module")  # the browser lives as long as the module

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",  # a microphone that beeps
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
ENERGY = 0.0005  # of totalAudioEnergy (squared amplitude times seconds); a clip of speech has more in a second
LOUD = 300.0  # root mean square of int16 samples
HEARING = """
async () => {
  let energy = 0, bytes = 0;
  for (const peer of window.room()?.peers.values() ?? []) {
    for (const one of (await peer.getStats()).values()) {
      if (one.type !== "inbound-rtp") continue;
      energy += one.totalAudioEnergy ?? 0;
      bytes += one.bytesReceived;
    }
  }
  return {energy, bytes};
}
"""


@dataclass
class House:
    """A server with one room, a browser, and the sound that bots play."""

    server: RoomServer
    api: ServerApi
    room_id: str
    browser: BrowserContext
    clip: Clip
    faults: list[str] = field(default_factory=list)

    async def visitor(self, name: str = "Vera", role: str = "participant", *, with_microphone: bool = True) -> Page:
        """A page through whose door a person has gone."""
        page = await self.opened()
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Role").select_option(role)
        if with_microphone:
            await page.get_by_label("with microphone").check()
        await page.get_by_role("button", name="Join").click()
        await expect(page.get_by_role("status")).to_have_text("You are in “Class 9B”.")
        return page

    async def opened(self) -> Page:
        page = await self.browser.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)
        await page.goto(self.server.page_url)
        await expect(page.get_by_label("Room").locator("option")).to_have_text(["Class 9B"])
        return page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of this module; each test has its own context in it."""
    chromium = shutil.which("chromium")
    assert chromium is not None, "this test needs Debian's chromium: apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def house(browser: Browser) -> AsyncIterator[House]:
    """A server and an empty browser for each test; a fault in the console of a page fails the test."""
    clip = await load_clip(PLAYBOOKS / "audio" / "good-morning.ogg")
    async with RoomServer() as server, ServerApi(server.api_url, server.app_id, server.app_key) as api:
        settings = {"mode": "group", "max_active_talkers": 4, "moderators": 2, "participants": 8}
        room_id = await api.create_room({"name": "Class 9B", "owner_ref": "test", "settings": settings})
        context = await browser.new_context(viewport={"width": 900, "height": 900})
        house = House(server, api, room_id, context, clip)
        yield house
        await context.close()
    assert [] == house.faults


async def hearing(page: Page) -> dict[str, Any]:
    heard: dict[str, Any] = await page.evaluate(HEARING)
    return heard


async def hears(page: Page, speaker: Guest, house: House) -> dict[str, Any]:
    """Let a bot speak, until the page has heard it; the sound comes again as long as it takes."""
    place = speaker.room.breakout or speaker.room
    assert place.outgoing is not None
    before = await hearing(page)
    for _ in range(5):
        await place.outgoing.play(house.clip).wait()
        after = await hearing(page)
        if after["energy"] - before["energy"] > ENERGY:
            return {name: after[name] - before[name] for name in after}
    raise AssertionError(f"the page hears nothing: {before} {await hearing(page)}")


async def test_a_person_joins_by_clicking_and_sees_who_is_there(house: House) -> None:
    async with Guest.join(house.api, house.room_id, "Helper", role="moderator") as bot:
        page = await house.visitor("Vera")
        people = page.locator("#people li")
        await expect(people).to_have_text(["Helper (moderator)", "Vera (participant, you)"])
        await until("Vera in the room", lambda: "Vera" in bot.names)
        async with Guest.join(house.api, house.room_id, "Pupil"):
            await expect(people).to_have_count(3)
        await expect(people).to_have_count(2)
        await page.get_by_role("button", name="Leave").click()
        await expect(page.get_by_role("status")).to_have_text("You have left the room.")
        await until("Vera gone", lambda: "Vera" not in bot.names)


async def test_a_person_who_joins_as_a_moderator_is_one(house: House) -> None:
    async with Guest.join(house.api, house.room_id, "Pupil") as bot:
        page = await house.visitor("Asha", "moderator", with_microphone=False)
        await expect(page.locator("#people li").filter(has_text="Asha")).to_have_text("Asha (moderator, you)")
        await until("Asha in the room", lambda: "Asha" in bot.names)
        [asha] = [person for person in bot.room.participants.values() if person.name == "Asha"]
        assert "moderator" == asha.role


async def test_a_person_hears_a_bot_and_sees_that_it_talks(house: House) -> None:
    async with Guest.join(house.api, house.room_id, "Helper", role="moderator") as bot:
        page = await house.visitor("Vera")
        assert bot.room.outgoing is not None
        playback = bot.room.outgoing.play(house.clip, loop=True)
        await expect(page.locator("#people li.talks")).to_have_text("Helper (moderator)", timeout=10_000)
        playback.stop()
        heard = await hears(page, bot, house)
        assert heard["bytes"] > 1_000


async def test_a_bot_hears_the_microphone_of_the_page_until_it_is_muted(house: House) -> None:
    async with Guest.join(house.api, house.room_id, "Helper", role="moderator") as bot:
        page = await house.visitor("Vera")
        await until("the beep of the page", lambda: bot.loudness(1) > LOUD)
        await page.get_by_role("button", name="Mute").click()
        await expect(page.locator("#people li").filter(has_text="Vera")).to_have_text("Vera (participant, you, muted)")
        await until("silence", lambda: bot.loudness(1) < LOUD / 10)
        await page.get_by_role("button", name="Unmute").click()
        await until("the beep again", lambda: bot.loudness(1) > LOUD)


async def test_chat_goes_both_ways_and_markup_in_it_stays_text(house: House) -> None:
    async with Guest.join(house.api, house.room_id, "Helper", role="moderator") as bot:
        page = await house.visitor("Vera", with_microphone=False)
        await page.get_by_label("Message").fill("Good morning, Helper!")
        await page.get_by_role("button", name="Send").click()
        await until("a line of Vera", lambda: ["Good morning, Helper!"] == bot.chat)
        await bot.room.say("Hello <b>Vera</b> & all <script>alert(1)</script>")
        await expect(page.locator("#chat li")).to_have_text(
            ["me: Good morning, Helper!", "Helper: Hello <b>Vera</b> & all <script>alert(1)</script>"]
        )


async def test_a_bot_invites_the_page_to_a_breakout_and_it_comes_back(house: House) -> None:
    async with (
        Guest.join(house.api, house.room_id, "Helper", role="moderator") as teacher,
        Guest.join(house.api, house.room_id, "Pupil") as pupil,
    ):
        page = await house.visitor("Vera")
        await until("Vera in the room", lambda: "Vera" in teacher.names)
        [breakout] = await teacher.room.create_breakouts(BreakoutDefinition(participants=3))
        people = [one.client_id for one in teacher.room.participants.values() if one.name in ("Vera", "Pupil")]
        await teacher.room.invite(breakout, people)
        inside = await pupil.enter(breakout)
        await page.get_by_role("button", name="Go there").click()
        await expect(page.get_by_role("status")).to_have_text("You are in a breakout room.")
        await until("Vera inside", lambda: "Vera" in {one.name for one in inside.participants.values()})
        await expect(page.locator("#people li")).to_have_count(2)
        await hears(page, pupil, house)
        await page.get_by_role("button", name="Back to the parent room").click()
        await expect(page.get_by_role("status")).to_have_text("Back in the parent room.")
        await until("Vera out", lambda: "Vera" not in {one.name for one in inside.participants.values()})
        await expect(page.locator("#people li")).to_have_count(3)
        await hears(page, teacher, house)


async def test_a_closed_breakout_brings_the_page_back(house: House) -> None:
    async with Guest.join(house.api, house.room_id, "Helper", role="moderator") as teacher:
        page = await house.visitor("Vera", with_microphone=False)
        await until("Vera in the room", lambda: "Vera" in teacher.names)
        [breakout] = await teacher.room.create_breakouts(BreakoutDefinition(participants=3))
        [vera] = [one.client_id for one in teacher.room.participants.values() if one.name == "Vera"]
        await teacher.room.invite(breakout, [vera])
        await page.get_by_role("button", name="Go there").click()
        await expect(page.get_by_role("status")).to_have_text("You are in a breakout room.")
        await teacher.room.destroy_breakouts([breakout])
        await expect(page.get_by_role("status")).to_have_text("Back in the parent room.")
        await hears(page, teacher, house)


async def test_a_person_who_says_no_stays_and_the_bot_is_told(house: House) -> None:
    async with Guest.join(house.api, house.room_id, "Helper", role="moderator") as teacher:
        page = await house.visitor("Vera", with_microphone=False)
        await until("Vera in the room", lambda: "Vera" in teacher.names)
        [breakout] = await teacher.room.create_breakouts(BreakoutDefinition(participants=3))
        [vera] = [one.client_id for one in teacher.room.participants.values() if one.name == "Vera"]
        await teacher.room.invite(breakout, [vera])
        await page.get_by_role("button", name="No, thank you").click()
        await expect(page.locator("#invites li")).to_have_count(0)
        await until("a refusal", lambda: InviteRejected(room_id=breakout, client_id=vera) in teacher.events)


async def test_a_person_who_is_dropped_reads_why(house: House) -> None:
    async with Guest.join(house.api, house.room_id, "Helper", role="moderator") as teacher:
        page = await house.visitor("Vera")
        await until("Vera in the room", lambda: "Vera" in teacher.names)
        [vera] = [one.client_id for one in teacher.room.participants.values() if one.name == "Vera"]
        await teacher.room.drop([vera])
        await expect(page.get_by_role("status")).to_have_text("The room is over for you: disconnected-by-moderator.")
        await expect(page.get_by_role("button", name="Join")).to_be_visible()


async def test_a_room_that_is_full_says_so(house: House) -> None:
    async with Guest.join(house.api, house.room_id, "Helper", role="moderator"):
        page = await house.opened()
        await house.visitor("Asha", "moderator", with_microphone=False)
        await page.get_by_label("Role").select_option("moderator")
        await page.get_by_role("button", name="Join").click()
        await expect(page.get_by_role("status")).to_have_class("bad")
        await expect(page.get_by_role("button", name="Join")).to_be_visible()


async def test_a_room_that_is_made_later_turns_up_at_the_door(house: House) -> None:
    page = await house.opened()
    await house.api.create_room({"name": "Class 9C", "owner_ref": "test", "settings": {}})
    await expect(page.get_by_label("Room").locator("option")).to_have_text(["Class 9B", "Class 9C"])
    await page.get_by_role("button", name="make a new room").click()
    await expect(page.get_by_label("Room").locator("option:checked")).to_have_text("Room of Visitor")


async def test_the_page_without_credentials_says_which_link_to_open(house: House) -> None:
    page = await house.browser.new_page()
    await page.goto(house.server.page_url.split("#", maxsplit=1)[0])
    await expect(page.get_by_role("status")).to_contain_text("Open this page by the link that `bots room` prints")
