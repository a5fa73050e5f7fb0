"""What should happen: the YAML of a playbook as frozen models, and every problem with its place. Pure."""

from bots.playbook.cases.acts import Act
from bots.playbook.cases.check import EVERYBODY, bot_of, copies_of, rule_names
from bots.playbook.cases.load import LoadedCase, case_problems, load_case
from bots.playbook.cases.model import Case, CaseExpectation, CasePerson, Claims, Times
from bots.playbook.language.expression import Expression
from bots.playbook.language.grammar import FACTS, ExpressionError
from bots.playbook.language.scope import BotFacts, Counts, MessageFacts, PersonFacts, RoomFacts, Scope
from bots.playbook.language.template import Template
from bots.playbook.layout.layout import format_text
from bots.playbook.lint.lint import examine_file, lint, lint_text, render, to_json
from bots.playbook.lint.manual import MANUAL, Explanation
from bots.playbook.lint.misfits import misfits
from bots.playbook.lint.report import to_github, to_sarif
from bots.playbook.lint.soundcheck import Heard
from bots.playbook.model.cast import (
    Arrival,
    Bot,
    Drops,
    Instance,
    InvitePolicy,
    InviteRule,
    LeaveWhen,
    Microphone,
    Rule,
    TimelineEntry,
    instances_of,
)
from bots.playbook.model.controls import CONTROLS, STEERING
from bots.playbook.model.expect import COUNTERS, MEASURES, Counter, Expectation, Measure, Percentiles, percentile
from bots.playbook.model.playbook import (
    Clip,
    IfMissed,
    Input,
    Playbook,
    RoomChoice,
    RoomSettings,
    ScheduleEntry,
    Sound,
)
from bots.playbook.model.roster import RosterEntry
from bots.playbook.model.rotations import Rotation
from bots.playbook.model.schema import json_schema
from bots.playbook.model.steps.any import Role
from bots.playbook.model.steps.breakouts import Accept, Breakouts, CallBack, Invite, Join, Reject
from bots.playbook.model.steps.moderation import (
    Admit,
    ChangeRole,
    Deny,
    Extend,
    Floor,
    Knock,
    Mode,
    Pin,
    Recording,
    Spotlight,
)
from bots.playbook.model.steps.named import RunSteps
from bots.playbook.model.steps.people import Drop, Leave, Lock, Mute, SendBack, Unlock, Unmute
from bots.playbook.model.steps.report import Save
from bots.playbook.model.steps.rotate import Rotate, Steer
from bots.playbook.model.steps.sound import Play, Stop
from bots.playbook.model.steps.step import MOST_STEPS, STEPS, Choose, If, Parallel, Repeat, Step, every_step
from bots.playbook.model.steps.talk import Log, Say, SendSignal, TellTeacher
from bots.playbook.model.steps.time import Wait, WaitFor
from bots.playbook.model.triggers import (
    STOPPING,
    TRIGGERS,
    BreakoutClosed,
    BreakoutJoined,
    BreakoutLeft,
    Chat,
    ConnectionLost,
    ConnectionRestored,
    Every,
    HandRaised,
    Invited,
    InviteRejected,
    Joined,
    Left,
    Muted,
    OnSignal,
    RecordingChanged,
    Returned,
    Silent,
    Talking,
    Trigger,
    Waiting,
)
from bots.playbook.problem import Problem
from bots.playbook.reading.load import load, read, read_file
from bots.playbook.reading.uses import is_part_file
from bots.playbook.telling.changes import changes
from bots.playbook.telling.tell import explain, facts
from bots.playbook.values.days import ExtraDay, SkippedDays
from bots.playbook.values.holidays import Holiday, Holidays, read_holidays
from bots.playbook.values.people import TAG, plain_name
from bots.playbook.values.scalars import Offset, Range, format_duration, parse_duration
from bots.playbook.values.sounds import SUFFIXES as SOUND_SUFFIXES
from bots.playbook.values.sounds import IfPlaying

__all__ = [
    "CONTROLS",
    "COUNTERS",
    "EVERYBODY",
    "FACTS",
    "MANUAL",
    "MEASURES",
    "MOST_STEPS",
    "SOUND_SUFFIXES",
    "STEERING",
    "STEPS",
    "STOPPING",
    "TAG",
    "TRIGGERS",
    "Accept",
    "Act",
    "Admit",
    "Arrival",
    "Bot",
    "BotFacts",
    "BreakoutClosed",
    "BreakoutJoined",
    "BreakoutLeft",
    "Breakouts",
    "CallBack",
    "Case",
    "CaseExpectation",
    "CasePerson",
    "ChangeRole",
    "Chat",
    "Choose",
    "Claims",
    "Clip",
    "ConnectionLost",
    "ConnectionRestored",
    "Counter",
    "Counts",
    "Deny",
    "Drop",
    "Drops",
    "Every",
    "Expectation",
    "Explanation",
    "Expression",
    "ExpressionError",
    "Extend",
    "ExtraDay",
    "Floor",
    "HandRaised",
    "Heard",
    "Holiday",
    "Holidays",
    "If",
    "IfMissed",
    "IfPlaying",
    "Input",
    "Instance",
    "Invite",
    "InvitePolicy",
    "InviteRejected",
    "InviteRule",
    "Invited",
    "Join",
    "Joined",
    "Knock",
    "Leave",
    "LeaveWhen",
    "Left",
    "LoadedCase",
    "Lock",
    "Log",
    "Measure",
    "MessageFacts",
    "Microphone",
    "Mode",
    "Mute",
    "Muted",
    "Offset",
    "OnSignal",
    "Parallel",
    "Percentiles",
    "PersonFacts",
    "Pin",
    "Play",
    "Playbook",
    "Problem",
    "Range",
    "Recording",
    "RecordingChanged",
    "Reject",
    "Repeat",
    "Returned",
    "Role",
    "RoomChoice",
    "RoomFacts",
    "RoomSettings",
    "RosterEntry",
    "Rotate",
    "Rotation",
    "Rule",
    "RunSteps",
    "Save",
    "Say",
    "ScheduleEntry",
    "Scope",
    "SendBack",
    "SendSignal",
    "Silent",
    "SkippedDays",
    "Sound",
    "Spotlight",
    "Steer",
    "Step",
    "Stop",
    "Talking",
    "TellTeacher",
    "Template",
    "TimelineEntry",
    "Times",
    "Trigger",
    "Unlock",
    "Unmute",
    "Wait",
    "WaitFor",
    "Waiting",
    "bot_of",
    "case_problems",
    "changes",
    "copies_of",
    "every_step",
    "examine_file",
    "explain",
    "facts",
    "format_duration",
    "format_text",
    "instances_of",
    "is_part_file",
    "json_schema",
    "lint",
    "lint_text",
    "load",
    "load_case",
    "misfits",
    "parse_duration",
    "percentile",
    "plain_name",
    "read",
    "read_file",
    "read_holidays",
    "render",
    "rule_names",
    "to_github",
    "to_json",
    "to_sarif",
]
