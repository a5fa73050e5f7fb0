"""What is left of a session: its events in JSON lines. Kept, compared, and asked why something did not happen."""

from bots.trace.decisions import Difference, compare, decisions_of, read_log
from bots.trace.store import Kept, KeptTrace, kept_traces, state_folder
from bots.trace.story import BotStory, RuleStory, stories_of
from bots.trace.words import rule_told, told

__all__ = [
    "BotStory",
    "Difference",
    "Kept",
    "KeptTrace",
    "RuleStory",
    "compare",
    "decisions_of",
    "kept_traces",
    "read_log",
    "rule_told",
    "state_folder",
    "stories_of",
    "told",
]
