"""Headless Chromium pages that publish a file into a room of the embedded server, by the server's own page code.

One browser, a page for each bot: the cheapest way that tools with a browser have. The file is the browser's fake
microphone, and its processing of speech is off, so that a page only reads, encodes and sends.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from bench.processes import cpu_seconds, family, pss_bytes

__all__ = ["Pages", "browser_pages"]

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PUBLISH = """
async (token) => {
  const {RoomClient} = await import("/client.js");
  const plain = {echoCancellation: false, noiseSuppression: false, autoGainControl: false};
  const microphone = await navigator.mediaDevices.getUserMedia({audio: plain});
  window.bot = new RoomClient(token, {microphone});
  window.bot.subscribe = async () => {};
  await window.bot.connect();
}
"""
PACKETS = """
async () => {
  let sent = 0;
  for (const peer of window.bot.peers.values())
    for (const one of (await peer.getStats()).values()) if (one.type === "outbound-rtp") sent += one.packetsSent;
  return sent;
}
"""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one browser."""

    browser: Browser
    url: str
    pid: int
    pages: list[Page]

    async def add(self, tokens: Sequence[str]) -> None:
        """One more page a token; returns when each has begun to send."""
        for token in tokens:
            page = await self.browser.new_page()
            self.pages.append(page)
            await page.goto(self.url)
            await page.evaluate(PUBLISH, token)
        async with asyncio.timeout(60):
            while not all([await page.evaluate(PACKETS) for page in self.pages]):  # noqa: ASYNC110 -- they are elsewhere
                await asyncio.sleep(0.2)

    def cpu_s(self) -> float:
        """CPU that the browser and all its processes have used."""
        return sum(cpu_seconds(pid) for pid in family(self.pid))

    def pss(self) -> int:
        """Memory of all its processes, bytes."""
        return pss_bytes(*family(self.pid))

    async def packets(self) -> int:
        """Sent so far by all pages."""
        return sum([await page.evaluate(PACKETS) for page in self.pages])


@asynccontextmanager
async def browser_pages(url: str, wav: Path) -> AsyncIterator[Pages]:
    """A browser without any page yet, whose microphone is this file."""
    async with async_playwright() as playwright:
        before = set(_chromiums())
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, f"--use-file-for-fake-audio-capture={wav}"]
        )
        new = [pid for pid in _chromiums() if pid not in before]
        try:
            yield Pages(browser, url, min(new), [])
        finally:
            await browser.close()


def _chromiums() -> list[int]:
    """Browser processes below this one."""
    return [pid for pid in family(_own()) if b"chromium" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]]


def _own() -> int:
    return int(Path("/proc/self").readlink().name)
