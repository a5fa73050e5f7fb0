"""How long a playbook of a thousand lines takes to check, beside plain `yaml.safe_load`; and how long those that
somebody wrote to be checked for long: `python -m bench.linting`.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from bots.playbook import lint_text

__all__ = ["thousand_lines"]

TRIES = 9
HEAD = """\
playbook: 1
name: A long lesson
timezone: Europe/Madrid
inputs:
  length: {type: duration, default: 3h}
room: {create: {name: A long lesson, max_active_talkers: 6}}
schedule:
  - {id: lesson, every: [mon, wed], at: 10:00, length: "{inputs.length}"}
"""
BOT = """\
  helper-{bot}:
    role: {role}
    display_name: "Helper {bot}"
    arrive: {{at: start - 2m, over: 30s}}
    timeline:
"""
ENTRY = """\
      - at: start + {minute}m
        do:
          - say: "It is minute {minute}, and {{count.people}} of you are here."
          - if: count.people > {minute} and not room.is_breakout
            then:
              - wait: {minute}s
              - log: "{{bot.name}} has waited"
"""
RULE = """\
      - id: rule-{rule}
        when: {{chat: {{matches: "^!help ({rule}|me)"}}}}
        if: not person.is_bot and person.role == "participant" and count.people >= {rule}
        cooldown: 30s
        do:
          - say: {{text: "{{person.name}}, somebody is coming.", to: person}}
"""


def thousand_lines() -> str:
    """A playbook of a thousand lines, half timeline and half rules."""
    text, bot = HEAD + "bots:\n", 0
    while text.count("\n") < 1000:
        text += BOT.format(bot=bot, role="moderator" if bot == 0 else "participant")
        text += "".join(ENTRY.format(minute=minute) for minute in range(1, 8))
        text += "    rules:\n" + "".join(RULE.format(rule=rule) for rule in range(1, 8))
        bot += 1
    return text


HOSTILE_BUDGET_S = 2.0
HOSTILE_HEAD = "playbook: 1\nname: Hostile\nroom: {id: x}\nschedule: [{length: 50m}]\n"


def hostile() -> dict[str, str]:
    """Playbooks of nearly 50,000 values, by what they have very many of."""

    def many(count: int, text: str) -> str:
        return ", ".join(text.replace("#", str(number)) for number in range(count))

    def moderator(steps: str, more: str = "") -> str:
        return f"{HOSTILE_HEAD}bots: {{h: {{role: moderator, rules: [{{when: left, do: [{steps}]}}]}}{more}}}\n"

    crowd = ", p: {count: 5000, display_name: 'Pupil {n}'}, q: {count: 4000, display_name: 'Pupils {n}'}"
    entries = many(1500, "{at: start + #s, do: [{run: a}]}")
    return {
        "bots that play into breakouts": f"{HOSTILE_HEAD}bots: {{"
        + many(3000, "b#: {rules: [{when: chat, do: [{play: {file: bell.wav, in: breakouts}}]}]}") + "}\n",
        "moments that run one long list": f"{HOSTILE_HEAD}bots: {{h: {{timeline: [{entries}]}}}}\n"
        f"steps: {{a: [{many(7000, '{log: x}')}]}}\n",
        "invites among many copies": moderator(
            "{breakouts: {open: red}}, " + many(6000, "{invite: {people: h, to: red}}"), crowd),
        "invites to rooms that nobody opens": moderator(
            many(3500, "{breakouts: {open: r#}}") + ", " + many(3000, "{invite: {people: h, to: r#x}}")),
        "names that nobody has": moderator(many(6000, "{say: {text: x, to: Pupi #}}"), crowd),
        "signals that nobody sends": HOSTILE_HEAD + "bots: {h: {rules: ["
        + many(4000, "{when: {signal: s#}, do: [{signal: t#}]}") + "]}}\n",
    }  # fmt: skip


def _median_s(work: Callable[[], object]) -> float:
    times = []
    for _ in range(TRIES):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


FIRST = """
import sys, time
from pathlib import Path
from bots.playbook import lint_text
text = Path(sys.argv[1]).read_text(encoding="utf-8")
began = time.perf_counter()
assert lint_text(text) == []
print(time.perf_counter() - began)
"""


def _first_s(path: Path) -> float:
    """Seconds of the first check in a process: nothing is remembered from one before."""
    said = subprocess.run([sys.executable, "-c", FIRST, path], check=True, capture_output=True, text=True)
    return float(said.stdout)


def main() -> None:
    """Print the table of docs/performance.md."""
    text = thousand_lines()
    assert not lint_text(text), "a playbook without problems takes every check"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "long.yaml")
        path.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "bots", "lint", str(path)]
        plain_s = _median_s(lambda: yaml.safe_load(text))
        rows = {
            "yaml.safe_load": plain_s,
            "the same with libyaml": _median_s(lambda: yaml.load(text, Loader=yaml.CSafeLoader)),
            "lint, first in a process": statistics.median(_first_s(path) for _ in range(TRIES)),
            "lint, again": _median_s(lambda: lint_text(text)),
            "bots lint, start included": _median_s(lambda: subprocess.run(command, check=True, capture_output=True)),
        }
    print(f"a playbook of {text.count(chr(10)):,} lines, {len(text) / 1000:.0f} kB; seconds, median of {TRIES}")
    for what, took_s in rows.items():
        print(f"{what:26} {took_s:6.3f} s, {took_s / plain_s:5.2f} times yaml.safe_load")
    print(f"\nplaybooks of nearly 50,000 values, written to be checked for long; budget {HOSTILE_BUDGET_S:g} s of CPU")
    for what, hostile_text in hostile().items():
        began = time.process_time()
        found = len(lint_text(hostile_text))
        print(f"{what:34} {time.process_time() - began:6.2f} s, {found} problems told")


if __name__ == "__main__":
    main()
