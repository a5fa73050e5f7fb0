"""A bot of ours beside a headless Chromium page and a bot of stock aiortc, all at once, in one run.

All publish the same file into rooms of one embedded server, so each window of time measures all of them under the same
load of the machine, and what is paired is compared. Pages and stock bots are counted by what an added one costs (few
against many, so that the browser itself is not in the figure), ours with all that its process does.
"""

import asyncio
import statistics
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import av

from bench.plot import Bars, write_plot
from bench.processes import Server, cpu_seconds, pss_bytes, room_server
from bench.sound.hand import Players, players
from bench.sound.pages import Pages, browser_pages
from bots.room import ServerApi

__all__ = ["main"]

CLIP = "playbooks/audio/chatter.ogg"
FEW, MANY = 1, 4
FEW_OURS, OURS = 100, 400
WINDOWS, WINDOW_S = 5, 4.0
PACKETS_A_SECOND = 50
SETTLING_S = 3.0


@dataclass(frozen=True, slots=True)
class Use:
    """CPU that each side used in a window, as a share of a core."""

    pages: float
    stock: float
    ours: float


@dataclass(frozen=True, slots=True)
class Sides:
    """The processes that are compared."""

    pages: Pages
    stock: Players
    ours: Players

    def cpu_s(self) -> tuple[float, float, float]:
        return self.pages.cpu_s(), cpu_seconds(self.stock.pid), cpu_seconds(self.ours.pid)

    async def uses(self) -> list[Use]:
        """What each used, window by window."""
        loop, found = asyncio.get_running_loop(), []
        await asyncio.sleep(SETTLING_S)
        for _ in range(WINDOWS):
            before, began = self.cpu_s(), loop.time()
            await asyncio.sleep(WINDOW_S)
            took = loop.time() - began
            found.append(Use(*((b - a) / took for a, b in zip(before, self.cpu_s(), strict=True))))
        return found


async def main() -> None:
    """Measure, print the table, write the plot."""
    async with AsyncExitStack() as stack:
        wav = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "clip.wav"
        write_wav(CLIP, wav)
        server = await stack.enter_async_context(room_server())
        sides = Sides(
            await stack.enter_async_context(browser_pages(server.api_url.removesuffix("/video/v2"), wav)),
            await stack.enter_async_context(players(CLIP)),
            await stack.enter_async_context(players()),
        )
        empty = pss_bytes(sides.ours.pid)
        await add_ours(sides, server, FEW_OURS)
        await add(sides, server, FEW)
        few, few_pss = await sides.uses(), (sides.pages.pss(), pss_bytes(sides.stock.pid))
        await add_ours(sides, server, OURS - FEW_OURS)
        await add(sides, server, MANY - FEW)
        many, many_pss = await sides.uses(), (sides.pages.pss(), pss_bytes(sides.stock.pid))
        ours_bytes = (pss_bytes(sides.ours.pid) - empty) / OURS
        page_packets = await _packets_a_second(sides.pages)
        assert page_packets > 0.8 * PACKETS_A_SECOND, f"pages send {page_packets:g} packets a second"
    added = MANY - FEW
    page = [(b.pages - a.pages) / added for a, b in zip(few, many, strict=True)]
    stock = [(b.stock - a.stock) / added for a, b in zip(few, many, strict=True)]
    ours = [one.ours / OURS for one in many]
    one_more = [(b.ours - a.ours) / (OURS - FEW_OURS) for a, b in zip(few, many, strict=True)]
    page_bytes, stock_bytes = ((b - a) / added for a, b in zip(few_pss, many_pss, strict=True))
    print(
        f"one more bot that plays, beside {OURS} of ours; {WINDOWS} windows of {WINDOW_S:g} s (median, lowest, highest)"
    )
    print("  what                | CPU of a core           | us a packet | CPU, ours = 1      | memory kB | ours = 1")
    for name, shares, size in (
        ("Chromium page", page, page_bytes), ("stock aiortc", stock, stock_bytes), ("ours", ours, ours_bytes),
        ("ours, one more", one_more, ours_bytes),
    ):  # fmt: skip
        times = [one / mine for one, mine in zip(shares, ours, strict=True)]
        print(
            f"  {name:19s} | {_spread(shares, '.3%'):23s} | {_packet_us(shares):11.1f} | {_spread(times, '.0f'):18s} | "
            f"{size / 1024:9.0f} | {size / ours_bytes:.0f}"
        )
    values = {"Chromium page": page, "stock aiortc": stock, "ours": ours}
    write_plot(
        "sound-compared",
        Bars("CPU of one packet, microseconds (log scale)", {name: _packet_us(one) for name, one in values.items()}),
    )


async def add(sides: Sides, server: Server, count: int) -> None:
    """So many more pages and stock bots."""
    await sides.pages.add(await tokens(server, count))
    await sides.stock.ask(tokens=await tokens(server, count))


async def add_ours(sides: Sides, server: Server, count: int) -> None:
    """So many more of ours, in one room; all of them play from their beginning."""
    await sides.ours.ask(tokens=await tokens(server, count))
    await sides.ours.ask(play=CLIP)


async def tokens(server: Server, count: int) -> list[str]:
    """For a new room of this many."""
    async with ServerApi(server.api_url, server.app_id, server.app_key) as api:
        settings = {"participants": count + 1, "moderators": 1, "max_active_talkers": 2}
        room_id = await api.create_room({"name": "bench", "owner_ref": "bench", "settings": settings})
        return [
            await api.fetch_token(room_id, name=f"b{n}", role="participant", user_ref=f"b{n}") for n in range(count)
        ]


def write_wav(source: str, target: Path) -> None:
    """The same sound as the fake microphone takes it: 48 kHz, mono, 16 bit."""
    with av.open(source) as read, av.open(str(target), "w", format="wav") as written:
        stream = written.add_stream("pcm_s16le", rate=48_000, layout="mono")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
        for frame in read.decode(audio=0):
            frame.pts = None
            for piece in resampler.resample(frame):
                for packet in stream.encode(piece):
                    written.mux(packet)


async def _packets_a_second(pages: Pages) -> float:
    before = await pages.packets()
    await asyncio.sleep(2)
    return (await pages.packets() - before) / 2 / len(pages.pages)


def _packet_us(shares: list[float]) -> float:
    return statistics.median(shares) / PACKETS_A_SECOND * 1e6


def _spread(values: list[float], form: str) -> str:
    return f"{statistics.median(values):{form}} ({min(values):{form}}, {max(values):{form}})"


if __name__ == "__main__":
    asyncio.run(main())
