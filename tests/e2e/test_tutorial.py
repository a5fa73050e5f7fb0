"""Every command of docs/tutorial.md, in its order, answers what the page says; `…` stands for anything."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.compile(r"(?:^`([a-z.]+)`:\n\n)?^```(console|yaml|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FAILS = {"bots lint club.yaml": (3, 0), "bots test club.test.yaml": (6,)}  # exit codes, one a time; all others 0
LIMIT_S = 300


def commands(block: str) -> list[tuple[str, str]]:
    """Each command with what it answers."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def fits(told: str, answered: str) -> bool:
    """Is this what the page says? A line of `…` is any lines, `…` in a line is any text."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\s*\n"
        for line in told.splitlines()
    )
    return re.fullmatch(pattern, answered) is not None


def test_every_command_answers_what_the_page_says(tmp_path: Path) -> None:
    folder, seen = tmp_path, dict.fromkeys(FAILS, 0)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BOTS_")}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "XDG_STATE_HOME": str(tmp_path / "state"),
        "COLUMNS": "200", "NO_COLOR": "1",
    }  # fmt: skip
    run = 0
    for name, kind, block in BLOCKS.findall(TEXT):
        if kind != "console":
            (folder / name).write_text(block, encoding="utf-8")
            continue
        for command, told in commands(block):
            if command.startswith("cd "):
                folder /= command.removeprefix("cd ")
                continue
            ended = subprocess.run(
                command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT_S,
                check=False,
            )  # fmt: skip
            code = 0
            if command in FAILS:
                code = FAILS[command][seen[command]]
                seen[command] += 1
            answered = ended.stdout + (ended.stderr if code else "")
            assert code == ended.returncode, f"{command}\n{ended.stdout}\n{ended.stderr}"
            assert fits(told, answered), f"{command}\n{answered}"
            run += 1
    assert run == len(re.findall(r"^\$ (?!cd )", TEXT, re.MULTILINE))
    assert run > 12
