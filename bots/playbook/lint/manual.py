"""What each problem means, an example that causes it, and how to mend it: `bots lint --explain ID`."""

from dataclasses import dataclass

__all__ = ["MANUAL", "Explanation"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One problem id for people.

    Attributes:
        meaning: sentences.
        example: top keys of a playbook that has the problem, or what was done.
        mending: what to do.
    """

    meaning: str
    example: str
    mending: str

    def render(self, problem_id: str) -> str:
        """As `--explain` prints it."""
        indented = "\n".join(f"    {line}" for line in self.example.splitlines())
        return f"{problem_id}\n\n{self.meaning}\n\nFor example:\n\n{indented}\n\nTo mend it: {self.mending}"


def _bot(settings: str) -> str:
    return f"bots:\n  helper: {settings}"


def _do(step: str) -> str:
    return f"bots:\n  helper:\n    timeline:\n      - {{at: start, do: [{step}]}}"


_E = Explanation
MANUAL: dict[str, Explanation] = {
    "after-end": _E(
        "Something is planned for a moment after the end of every session, so it never happens.",
        "schedule: [{length: 50m}]\n" + _bot('{timeline: [{at: start + 51m, do: [{say: "Bye."}]}]}'),
        "write an earlier moment, or one that counts from the end (end - 1m), or make the session longer.",
    ),
    "after-leaving": _E(
        "A step is planned for a moment at which an earlier entry has already made the bot leave.",
        _bot('{timeline: [{at: start + 5m, do: [{leave: room}]}, {at: end, do: [{say: "Bye."}]}]}'),
        "let the bot leave later, or do the step before it leaves.",
    ),
    "alias-bomb": _E(
        "Anchors (&name, *name) that contain each other make the playbook grow to more than 50,000 values.",
        "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]   # and so on",
        "use fewer anchors inside of anchors.",
    ),
    "bad-encoding": _E(
        "The file is not UTF-8 text, or has a character that cannot stand in YAML.",
        "a file saved as Latin-1 or UTF-16",
        "save the file as UTF-8; your editor has this under “encoding”.",
    ),
    "bad-expression": _E(
        "A condition is not part of the language: facts, texts, numbers, and/or/not, comparisons, in, + and -.",
        _bot('{rules: [{when: joined, if: "count.people >", do: [{log: hi}]}]}'),
        "look at the caret; docs/playbook.md, “Texts and conditions”, lists all that a condition may have.",
    ),
    "bad-input": _E(
        "The value of an input, given or default, is not of the input's type.",
        "inputs: {length: {type: duration, default: fifty}}",
        "write a value of that type, or another type: text, number, duration, clock, share, boolean.",
    ),
    "bad-key": _E(
        "This cannot be a key here: a bot id has small letters, digits, - and _, and a key is a text.",
        "bots:\n  Class Helper: {role: moderator}",
        "write a short id (helper) and put the name that people see into display_name.",
    ),
    "bad-placeholder": _E(
        "A text has braces that are no placeholder, or a placeholder that is empty or stands without quotes.",
        _do('{say: "Welcome {}!"}'),
        "put a fact into the braces ({person.name}), write {{ and }} for braces, and quote the text.",
    ),
    "bad-regex": _E(
        "The pattern after matches: is not a regular expression, is too large, or has what could stall the bot "
        "(back references, looking around).",
        _bot('{rules: [{when: {chat: {matches: "(help"}}, do: [{log: hi}]}]}'),
        "look at the caret; if you only want a word, write chat: help without matches.",
    ),
    "bad-sound": _E(
        "A file cannot be decoded as a sound (bots lint --audio).",
        "bell.wav that is a text file",
        "record or convert it anew as wav, mp3, ogg, opus, flac or m4a.",
    ),
    "bad-time": _E(
        "A moment, clock time or date cannot be read.",
        _bot("{timeline: [{at: after start, do: [{log: hi}]}]}"),
        "write a moment as start, start + 8m, end - 5m or 10:15, a date as 2026-05-01.",
    ),
    "bad-calendar": _E(
        "A file of skip_on is there, but is not a calendar that can be read.",
        "schedule: [{every: [mon], at: 10:00, length: 50m, skip_on: [notes.ics]}]",
        "export the calendar anew as iCalendar (.ics), from a calendar program or the school authority's page.",
    ),
    "bad-use": _E(
        "A file that the playbook uses is none that can be used: it is a playbook of its own, or no mapping of keys.",
        "use: other-lesson.yaml   # which begins with playbook: 1",
        "move what both playbooks need to a file of its own, with the keys audio, steps and bots.",
    ),
    "bad-value": _E(
        "A value is of the right kind, but out of its limits, misspelt, or without its unit.",
        "schedule: [{length: 50}]",
        "the sentence says what is allowed; durations need a unit (50m), shares a percent sign (30%).",
    ),
    "bad-zone": _E(
        "The time zone is not one of the IANA list.",
        "timezone: Madrid",
        "write continent and city, such as Europe/Madrid.",
    ),
    "before-arrival": _E(
        "A bot is to do something before it arrives.",
        _bot("{arrive: {at: start + 5m}, timeline: [{at: start, do: [{log: hi}]}]}"),
        "let it arrive earlier, or do the step later.",
    ),
    "cannot-format": _E(
        "bots fmt found something that it cannot keep in its place, and left the file alone.",
        "display_name: |   # a comment behind a text block\n  Helper",
        "move the comment to a line of its own, then format again.",
    ),
    "circular-run": _E(
        "Named step lists run each other in a circle, so that a run of them would never end.",
        "steps:\n  a: [{run: b}]\n  b: [{run: a}]\n" + _do("{run: a}"),
        "take one of the run steps out of the circle; to do something again and again, use repeat.",
    ),
    "circular-use": _E(
        "Files use each other in a circle.",
        "use: shared.yaml   # and in shared.yaml: use: lesson.yaml",
        "let one of them not use the other; what both need belongs in a third file.",
    ),
    "clipped-sound": _E(
        "Much of a sound is at full scale, with its volume, so it crackles (bots lint --audio).",
        "a recording made too loud",
        "record it more quietly, or lower its gain in an audio editor.",
    ),
    "constant-condition": _E(
        "A comparison always holds or never does, whatever happens: it asks for a word that a fact cannot be, for a "
        "number below zero, compares what has no fact in it, looks into an empty list, or contradicts what "
        "stands before it.",
        _bot('{rules: [{when: joined, if: person.role == "teacher", do: [{log: hi}]}]}'),
        "correct what is compared; to switch a rule off for a while write if: false.",
    ),
    "custom-tag": _E(
        "YAML tags (!name) are not part of the language.",
        _do("{say: !secret hi}"),
        "remove the tag; if the text begins with an exclamation mark, put it in quotes.",
    ),
    "duplicate-id": _E(
        "Two entries of the schedule, two rules of a bot or two breakout rooms of a step have the same name.",
        "schedule: [{id: lesson, length: 50m}, {id: lesson, length: 40m}]",
        "give each its own id.",
    ),
    "duplicate-key": _E(
        "A key stands twice in one mapping; only one of them could count.",
        _bot("{role: moderator, role: participant}"),
        "remove one of the two.",
    ),
    "enablex-limit": _E(
        "The playbook asks for more than EnableX allows: 10 breakout rooms, a capacity of at most "
        "max_active_talkers - 1, 5 moderators, group mode and audio only.",
        _do("{breakouts: {open: [red], capacity: 40}}"),
        "stay within the number in the sentence, or open more and smaller rooms.",
    ),
    "endless-repeat": _E(
        "A repeat has no end, or its rounds take no time and would all come at once.",
        _do("{repeat: {until: count.away == 0, do: [{log: hi}]}}"),
        "write times, or every and until, or let a round wait for something.",
    ),
    "forced-repeats": _E(
        "A rotation has more rounds than people have partners: some pairs must meet again.",
        "rotations: {talk: {group_size: 4, rounds: 9, round_length: 3m}}\n"
        "bots: {pupil: {count: 24, role: participant}}",
        "plan fewer rounds, smaller groups, or accept it (# bots: allow forced-repeats); bots groups shows how many.",
    ),
    "nothing-remembered": _E(
        "A rotation is to remember who was with whom, and cannot, or for longer than it says.",
        "rotations: {talk: {group_size: 3, rounds: 2, round_length: 5m, memory: term}}\n"
        "roster: [{id: ana, name: Ana}, {id: ben, name: Ben}]",
        "write a roster, so that people have ids, and with memory: term the first day of the term: "
        "schedule: [{from: 2026-01-07, ...}].",
    ),
    "impossible": _E(
        "No run can fulfil this expectation, or no rotation these rules.",
        "expect: {joined: 5}\nbots: {helper: {role: moderator}}",
        "correct the number or the bots that are to reach it, or ease one of the rules.",
    ),
    "long-sound": _E(
        "A sound still plays when the next entry of the same bot is due, or when the session ends "
        "(bots lint --audio).",
        "timeline: [{at: start, do: [{play: ten-seconds.ogg}]}, {at: start + 5s, do: [{play: bell.ogg}]}]",
        "leave more time, or shorten the sound.",
    ),
    "many-documents": _E(
        "The file has a line --- that begins a second YAML document; a file has one playbook.",
        "name: One\n---\nplaybook: 1",
        "put the second playbook into a file of its own.",
    ),
    "missing-calendar": _E(
        "No calendar file has this name in the folder of the playbook.",
        "schedule: [{every: [mon], at: 10:00, length: 50m, skip_on: [holyday.ics]}]",
        "correct the name, or put the file beside the playbook; paths count from the playbook's folder.",
    ),
    "missing-environment": _E(
        "The playbook reads a variable of the environment (${NAME}) that is not set or is empty.",
        'room: {id: "${ROOM}"}   # and no ROOM in the environment',
        "set it before you start: ROOM=... bots run lesson.yaml.",
    ),
    "missing-file": _E(
        "The playbook uses a file that is not there, or is a link to nothing or to itself.",
        "use: shard.yaml   # the file is called shared.yaml",
        "take the name that is suggested; it counts from the folder of the file that names it.",
    ),
    "missing-input": _E(
        "The playbook has an input without a default, and it was not given.",
        "inputs: {room_name: {type: text}}   # and no --set",
        "give it, as in --set room_name=Blue, or add a default.",
    ),
    "missing-key": _E(
        "A key that is needed is not there.",
        "schedule: [{id: lesson}]",
        "add the key that the sentence names.",
    ),
    "ambiguous-name": _E(
        "Two people of the roster have the same name or alias: who comes under it is taken for neither.",
        "roster:\n  - {id: ana.r, name: Ana}\n  - {id: ana.s, name: Ana}",
        "give each an alias of their own, let them come with a user_ref, or let them say who they are (controls: iam).",
    ),
    "bad-roster": _E(
        "The file of the roster is not a table of people.",
        "roster: 9b.txt",
        "write CSV with a first line id,name,aliases,role,tags; or a list of people in the playbook.",
    ),
    "missing-roster": _E(
        "No CSV file has this name in the folder of the playbook.",
        "roster: 9c.csv",
        "correct the name, or put the file beside the playbook; paths count from the playbook's folder.",
    ),
    "missing-sound": _E(
        "No sound file has this name in the folder of the playbook.",
        _do("{play: welcom.wav}"),
        "correct the name, or put the file beside the playbook; paths count from the playbook's folder.",
    ),
    "missing-value": _E(
        "A key has nothing behind it.",
        "bots:\n  helper:\n    role:",
        "write its value, or remove the key.",
    ),
    "missing-zone": _E(
        "The playbook has a clock time, but does not say in which time zone.",
        "schedule: [{every: [mon], at: 10:00, length: 50m}]",
        "add a line timezone: Europe/Madrid.",
    ),
    "name-clash": _E(
        "Two files have a list of steps, a clip or a bot of the same name.",
        "use: shared.yaml   # which has the steps welcome, too\nsteps:\n  welcome: [{log: hi}]",
        "give one of them another name; the sentence says where the other one is.",
    ),
    "needs-moderator": _E(
        "Only a moderator may open breakout rooms, invite, mute others, remove people and lock the room; the room"
        " refuses it to this bot, which is a participant.",
        "bots:\n  helper:\n    role: participant\n    timeline:\n      - {at: start, do: [{lock: room}]}",
        "write role: moderator, or let a bot that is one do it.",
    ),
    "role-lowered": _E(
        "Who is a participant of the main room is never a moderator in a breakout room: this bot goes in as a "
        "participant, whatever the entry or step says.",
        "bots:\n  pupil:\n    invites: [{role: moderator}]",
        "take the role away here, or give the bot role: moderator.",
    ),
    "never-fires": _E(
        "Nothing can fire this rule, or no breakout room fits this entry: its condition never holds, or nobody in "
        "this room could open breakout rooms or invite.",
        _bot("{rules: [{when: joined, if: false, do: [{log: hi}]}]}"),
        "correct the condition or pattern, or add the step that the rule waits for.",
    ),
    "never-opens": _E(
        "The window of an invites entry closes before it opens, or opens after the end.",
        _bot("{invites: [{from: start + 40m, until: start + 3m}]}"),
        "let from be before until, and both inside the session.",
    ),
    "not-a-playbook": _E(
        "The file is YAML, but does not begin with playbook: 1.",
        "services: {web: {image: nginx}}",
        "write playbook: 1 as its first line, or do not pass this file.",
    ),
    "not-a-test": _E(
        "A file called *.test.yaml is a test of a playbook, and this one does not say of which.",
        "people: {ana: start}   # and no test_of",
        "begin it with test_of: lesson.yaml.",
    ),
    "not-met": _E(
        "Something that a test (*.test.yaml) expects was not so; the sentence says what was seen instead.",
        'expect: [{at: start + 3m, helper: {said: "Welcome*"}}]   # and nobody came',
        "find out with bots simulate or bots trace why it came otherwise, then correct the playbook or the test.",
    ),
    "outside-folder": _E(
        "A sound or calendar is named that is not in the playbook's folder: an absolute path, a path with .., or a "
        "link that leads out. A playbook with its folder must be complete.",
        _do("{play: ../bell.wav}"),
        "copy the file into the folder of the playbook.",
    ),
    "overfull-breakout": _E(
        "More bots are invited at once than fit into the breakout rooms.",
        "bots:\n  pupil: {count: 9, display_name: 'Pupil {n}'}\n  helper:\n    timeline:\n      - at: start\n"
        "        do: [{breakouts: {open: [red], capacity: 3}}, {invite: {people: pupil, to: red}}]",
        "open more rooms (to: [red, blue]), or raise the capacity.",
    ),
    "same-name": _E(
        "All copies of a bot would have the same display name.",
        _bot("{count: 3, display_name: Pupil}"),
        'number them: display_name: "Pupil {n:02}".',
    ),
    "silent-sound": _E(
        "Nobody can hear a sound, or it begins with seconds of silence (bots lint --audio).",
        "a recording made with the microphone muted",
        "record it again, raise its volume, or cut the silence off.",
    ),
    "too-deep": _E(
        "The YAML is nested more than 40 levels deep.",
        "name: " + "[" * 45 + "]" * 45,
        "a step inside of so many others is hard to follow for people too; make it flatter.",
    ),
    "too-few-seats": _E(
        "More bots are to join than the room has places for.",
        "room: {create: {participants: 2}}\nbots: {pupil: {count: 3, display_name: 'Pupil {n}'}}",
        "raise moderators or participants of the room, or leave them out.",
    ),
    "too-large": _E(
        "The file has more than 1 MB, 50,000 values or 10,000 bots, or inputs make a text grow.",
        "a file of another kind with the name of a playbook",
        "check that this is the right file; use count for many equal bots.",
    ),
    "too-many-steps": _E(
        "A run of this has more than 10,000 steps: repeats inside of repeats multiply.",
        _do("{repeat: {times: 200, do: [{repeat: {times: 200, do: [{log: hi}]}}]}}"),
        "repeat less often, or write a rule that fires again, which is a new run each time.",
    ),
    "two-steps": _E(
        "Two steps stand in one item of a list.",
        _do('{say: "Hello.", play: bell.wav}'),
        "give each step its own item: - say: … and in the next line - play: ….",
    ),
    "two-triggers": _E(
        "A rule waits for two things at once.",
        _bot("{rules: [{when: {chat: help, joined: first_time}, do: [{log: hi}]}]}"),
        "write two rules, one for each trigger.",
    ),
    "unknown-act": _E(
        "This is nothing that people do in a test.",
        "events: [{at: start, ana: shouts}]   # in a *.test.yaml",
        "docs/tools.md, “test”, lists what they do.",
    ),
    "unheard-signal": _E(
        "A step sends a signal that no rule (when: signal) and no wait_for waits for.",
        _do("{signal: break-time}"),
        "look at the spelling on both sides, write the rule that waits for it, or remove the step.",
    ),
    "unknown-anchor": _E(
        "*name is used, but no &name stands before it.",
        _bot("*moderator"),
        "write &name before the value that is meant, higher up in the file.",
    ),
    "unknown-bot": _E(
        "A step names a bot, or a copy of a bot, that the playbook does not have.",
        "bots:\n  pupil: {}\n  helper: {timeline: [{at: start, do: [{mute: pupl}]}]}",
        "correct the id; the copies of pupil with count 3 are pupil-01, pupil-02, pupil-03.",
    ),
    "unknown-breakout": _E(
        "A step invites to a breakout room, or closes one, that no step opens.",
        _do("{breakouts: {open: red}}, {invite: {people: everyone, to: rad}}"),
        "correct the name, or open the room with a breakouts step.",
    ),
    "unknown-clip": _E(
        "A step plays a clip that the audio section does not have.",
        _do("{play: bell}"),
        "add it to audio (bell: {file: bell.wav}), or write the name of a file (bell.wav).",
    ),
    "unknown-counter": _E(
        "This is not one of the counters that expect knows.",
        "expect: {joins: 5}",
        "docs/playbook.md, “Expect”, lists them.",
    ),
    "unknown-input": _E(
        "{inputs.name} is used, or given with --set, and the playbook has no such input.",
        'schedule: [{length: "{inputs.lenght}"}]\ninputs: {length: {type: duration, default: 50m}}',
        "correct the name, or add the input to inputs.",
    ),
    "unknown-key": _E(
        "This key is not part of the language here. Keys are never ignored, so that a typing error is found.",
        _bot("{rolle: moderator}"),
        "correct the name; if it is a setting of something else, move it there.",
    ),
    "unknown-name": _E(
        "A condition or text asks for a fact that does not exist, or is not known here: person only in rules, "
        "message only in rules about the chat.",
        _do('{say: "Hello {person.name}."}'),
        "use a fact of docs/playbook.md, “Texts and conditions”, or do it in a rule.",
    ),
    "unknown-person": _E(
        "No bot has this name, so it must be the display name of a person who may or may not be there.",
        _do("{say: {text: Hi, to: Ana}}"),
        "correct the name; if you mean a person, add the comment # bots: allow unknown-person to the line.",
    ),
    "unknown-rule": _E(
        "A test (*.test.yaml) names a rule or timeline entry that this bot does not have.",
        "expect: [{at: end, helper: {fired: gret}}]   # in a *.test.yaml",
        "write the rule's id, or the moment of the timeline entry: at start + 8m.",
    ),
    "unknown-step": _E(
        "This is not a step.",
        _do('{shout: "Hello."}'),
        "docs/playbook.md, “Steps”, lists them.",
    ),
    "unknown-rotation": _E(
        "A step plays a rotation that rotations does not have, or a round that it does not have.",
        "rotations:\n  talk: {group_size: 3, rounds: 2, round_length: 5m}\n" + _do("{rotate: tlak}"),
        "take the name that is suggested, or add the rotation under rotations.",
    ),
    "unused-rotation": _E(
        "Nothing plays this rotation.",
        "rotations:\n  talk: {group_size: 3, rounds: 2, round_length: 5m}\n" + _do("{log: hi}"),
        "add a step rotate with its name, or delete it.",
    ),
    "unknown-steps": _E(
        "A step runs a list that steps does not have.",
        "steps:\n  welcome: [{log: hi}]\n" + _do("{run: wellcome}"),
        "take the name that is suggested, or add the list under steps.",
    ),
    "unknown-trigger": _E(
        "This is not a trigger.",
        _bot("{rules: [{when: arrived, do: [{log: hi}]}]}"),
        "docs/playbook.md, “Triggers”, lists them.",
    ),
    "unreadable": _E(
        "The file cannot be opened.",
        "bots lint leson.yaml   # the file is lesson.yaml",
        "check the name, the folder and the permissions.",
    ),
    "unused-allow": _E(
        "A comment # bots: allow ID silences a problem that its line does not have.",
        "name: Lesson   # bots: allow unused-clip",
        "remove the comment, or put it on the line with the problem.",
    ),
    "unused-clip": _E(
        "No step and no microphone plays this clip.",
        "audio: {bell: bell.wav}",
        "remove it, or play it.",
    ),
    "unused-steps": _E(
        "No bot runs this named list of steps.",
        "steps:\n  welcome: [{log: hi}]\n" + _bot("{role: moderator}"),
        "add the step run: NAME where it belongs, or remove the list.",
    ),
    "wrong-type": _E(
        "Something else belongs here: a text, a number, true or false, a list or a mapping.",
        _bot("{count: [3]}"),
        "write what the sentence names; a text that looks like a number or true needs quotes.",
    ),
    "yaml-syntax": _E(
        "The file is not YAML: often a wrong indentation, a : or { in a text without quotes, or a tab.",
        "name: Lesson: part two",
        "look at the caret and the line above; put texts with : or { in quotes.",
    ),
}  # fmt: skip
