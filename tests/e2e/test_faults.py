"""Random sequences of faults on a real network: afterwards the bot is there again, and nothing is lost or doubled."""

from pathlib import Path

from bench.reconnect.__main__ import tone_in
from bench.reconnect.chance import sequence


async def test_whatever_fails_the_bot_comes_back_and_says_every_line_once(tmp_path: Path) -> None:
    tone = tone_in(tmp_path)
    assert [] == [wrong for seed in (1, 2) if (wrong := await sequence(tone, seed))]
