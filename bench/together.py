"""One sound in six breakouts at once, a hundred times: `python -m bench.together`.

A bot plays a bell into every open breakout by light clients, on the embedded room server with real WebRTC; a bot that
listens sits in each. Skew: between the first packets of one sound in the six rooms, as the log has it.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

__all__ = ["main"]

ROOMS = 6
BELL = Path(__file__).parents[1] / "playbooks" / "audio" / "bell.ogg"
NAMES = [f"g{number}" for number in range(1, ROOMS + 1)]


def playbook(times: int, every_s: int) -> str:
    """The lesson: open, bring a listener into each room, ring again and again."""
    invites = "".join(f"          - invite: {{people: ear-{n:02}, to: {name}}}\n" for n, name in enumerate(NAMES, 1))
    return f"""\
playbook: 1
name: Together
room: {{create: {{name: Class, max_active_talkers: 6, moderators: 2, participants: 40}}}}
schedule: [{{length: {40 + times * every_s}s}}]
audio: {{bell: {{file: {BELL.name}}}}}
bots:
  helper:
    role: moderator
    timeline:
      - at: start + 10s
        do:
          - breakouts: {{open: [{", ".join(NAMES)}]}}
{invites}          - wait: 8s
          - repeat: {{every: {every_s}s, times: {times}, do: [{{play: {{file: bell, in: breakouts}}}}]}}
  ear: {{count: {ROOMS}, listens: true, display_name: "Ear {{n}}", invites: [{{then: accept}}]}}
"""


def main() -> int:
    """Ring, read the log, print; ends with 1 where a bell was not heard."""
    parser = argparse.ArgumentParser(prog="python -m bench.together", description=__doc__)
    parser.add_argument("--times", type=int, default=100, help="how often the bell rings")
    parser.add_argument("--every", type=int, default=3, help="seconds between two")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(BELL, folder)
        file = Path(folder) / "together.yaml"
        file.write_text(playbook(asked.times, asked.every), encoding="utf-8")
        command = [sys.executable, "-m", "bots", "run", str(file), "--log-format", "json"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    together = [line for line in lines if line["event"] == "audio_together"]
    ended = [line for line in lines if line["event"] == "audio_finished"]
    if not together:
        sys.stderr.write(run.stdout[-2000:] + run.stderr[-2000:])
        return 1
    skews = np.array([line["skew_ms"] for line in together])
    heard = sum(line["heard"] is True for line in ended)
    print(f"{len(together)} sounds, each in {min(one['rooms'] for one in together)} breakouts or more")
    print(f"skew: p50 {np.percentile(skews, 50):.1f}, p99 {np.percentile(skews, 99):.1f}, max {skews.max():.1f} ms")
    print(f"heard by the listener inside: {heard} of {len(ended)}")
    return 0 if heard == len(ended) else 1


if __name__ == "__main__":
    sys.exit(main())
