"""What just happened, told to a person: the last lines of `bots run` on a terminal."""

from bots.fleet import SessionResult

__all__ = ["tell"]


def tell(path: str, result: SessionResult, *, command: str = "bots") -> str:
    """A few lines: how it ended, what was counted, what was expected, what to try next.

    `command` is how the user started us, so that the lines can be typed as they are.
    """
    counts = result.counts
    lines = [
        "",
        f"{result.session}: {result.outcome}" + (f" ({result.reason})" if result.reason else ""),
        _sentence(
            f"{result.joined} of {result.bots} bots joined. Breakout rooms: {counts['breakouts']};",
            f"invites accepted {counts['accepted']}, rejected {counts['rejected']}, ignored {counts['ignored']},",
            f"expired {counts['expired']}.",
        ),
        _sentence(
            f"{counts['played']} sounds played, {counts['delivered']} delivered to the room server,",
            f"{counts['heard']} heard by other bots: {counts['heard_in_parent']} in the parent room,",
            f"{counts['heard_in_breakouts']} in {counts['breakouts_heard']} breakout rooms.",
        ),
        _sentence(f"{counts['back']} returns to the parent room, {counts['errors']} errors."),
    ]
    lines += [f"  problem: {error}" for error in result.errors]
    if result.expectations:
        lines.append("  Expected in the playbook:")
        lines += [
            f"    {'met    ' if one.is_met else 'NOT MET'} {one.counter} {one.wanted}: {one.shown}"
            for one in result.expectations
        ]
    lines += [
        "",
        f"To see every step as JSON lines:  {command} run {path} --log-format json",
        f"To check a change before you run it:  {command} lint {path}",
        "Every key of a playbook is in docs/playbook.md.",
    ]
    return "\n".join(lines)


def _sentence(*parts: str) -> str:
    return "  " + " ".join(parts)
