"""Small playbooks for the tests: a whole one around the part in question, with the place in question marked."""

from pathlib import Path

from bots.playbook.load import Examined, examine

HEAD = """\
playbook: 1
name: Test
timezone: Europe/Madrid
room: {create: {name: Test}}
schedule: [{length: 50m}]
audio: {bell: {file: bell.wav}}
inputs: {pupils: {type: number, default: 3}}
"""
MARK = "»"


def with_top(text: str) -> str:
    """A playbook with further top keys; `bots` is added where it is missing."""
    return HEAD + text + ("" if "bots:" in text else "\nbots: {helper: {role: moderator}}\n")


def with_bot(text: str) -> str:
    """A playbook whose bot `helper` has these settings; `pupil` has three copies."""
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return HEAD + "bots:\n  pupil: {count: 3, display_name: 'Pupil {n}'}\n  helper:\n" + lines


def with_rule(text: str) -> str:
    """A playbook with one rule of `helper`."""
    return with_bot(f"rules:\n- {text}")


def with_step(text: str) -> str:
    """A playbook with one step, in a rule about the chat."""
    return with_rule(f"{{when: chat, do: [{text}]}}")


def unmarked(text: str) -> tuple[str, str]:
    """The text without its mark, and where the mark was, as line:column."""
    before, _, after = text.partition(MARK)
    lines = before.split("\n")
    return before + after, f"{len(lines)}:{len(lines[-1]) + 1}"


def examined(text: str, folder: Path | None = None) -> Examined:
    """All that is found out about a text; the environment has ROOM only."""
    return examine(text, file="t.yaml", folder=folder, environment={"ROOM": "65f1"}, inputs={})
