"""Small playbooks for the tests: a whole one around the part in question, with the place in question marked."""

from pathlib import Path

from bots.playbook.reading.load import Examined, examine

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


EVERYTHING = """\
playbook: 1
name: Everything at once
timezone: Europe/Madrid
seed: 7
inputs:
  length: {type: duration, default: 50m, description: How long the lesson is}
  pupils: {type: number, default: 12}
  loud: {type: share, default: 30%}
  begin: {type: clock, default: 10:00}
  quiet: {type: boolean, default: false}
  greeting: {default: Good morning}
room:
  create: {name: Class, mode: group, max_active_talkers: 6, moderators: 1, participants: 40,
           wait_for_moderator: false, screen_share: false, canvas: false}
audio:
  bell: bell.wav
  lobby: {file: sounds/lobby.ogg, volume: "{inputs.loud}", fade_in: 1s, fade_out: 2s, loop: true}
schedule:
  - {id: lesson, every: [mon, wed], at: "{inputs.begin}", length: "{inputs.length}", from: 2026-01-07,
     until: 2026-06-19, if_missed: {start_within: 10m}}
  - {id: evening, cron: "0 19 * * fri", length: 1h30m}
speech: {engine: espeak-ng, voice: en-gb}
steps:
  welcome: [{play: bell}, {run: tidy}]
  tidy: [{choose: [[{log: a}], {weight: 2, do: [{log: b}]}]}]
bots:
  helper:
    role: moderator
    display_name: "Class helper"
    arrive: {at: start - 3m}
    listens: true
    leave_when: {alone: 10m, only_bots: 20m, after: 3h}
    timeline:
      - {at: start - 2m, do: [{play: {file: lobby, loop: true, volume: 30%, fade_in: 1s, fade_out: 1s}}]}
      - at: start
        do:
          - stop: audio
          - say: "{inputs.greeting}! There are {count.people} of you, and {{braces}}."
          - say: {text: "Open your books.", aloud: true, if_playing: mix}
          - breakouts: {open: [red, blue], capacity: 5, audio: true, screen: false, canvas: false, video: false}
          - invite: {people: pupil-01, to: red, force: true}
          - invite: {people: [pupil-02, pupil-03], to: blue}
          - wait_for: {until: count.away >= 3, timeout: 30s, on_timeout: continue}
          - wait_for: {when: {chat: {matches: "^ready"}}, count: 3, timeout: 1m}
          - parallel: [[{play: bell}], [{wait: 500ms}, {log: "{n:02} {room.name}"}]]
          - repeat: {times: 3, every: 30s, until: end - 5m, do: [{run: welcome}]}
          - if: count.people > 2 and not room.is_breakout
            then: [{mute: room}, unmute]
            else: [{mute: me}, {unmute: [pupil, moderators]}]
      - {at: end - 5m, do: [{call_back: all}, {breakouts: {close: all}}, {call_back: {people: [pupil]}}]}
      - {at: 10:15, do: [{breakouts: {close: [red]}}]}
      - {at: end, do: [{leave: room}]}
    rules:
      - {id: greet, when: {joined: first_time}, if: not person.is_bot, gather: 3s, do: [{play: bell}]}
      - {id: help, when: {chat: "!help"}, in: breakouts, cooldown: 30s, mode: queued, max: 10,
         do: [{say: {text: "{person.name}: {message.text}", to: person}}]}
      - {when: {signal: tea}, do: [{signal: tea}]}
      - {when: {every: 5m}, do: [{log: tick}], if_fails: [{log: tock}]}
      - {when: left, in: anywhere, do: [{log: "{person.name} left"}]}
      - {when: breakout_joined, do: [{log: in}]}
      - {when: breakout_left, do: [{log: out}]}
      - {when: returned, do: [{log: "{person.name} is back"}, {send_back: person}]}
      - {when: invite_rejected, do: [{tell_teacher: "{person.name} stays"}, {drop: person}]}
      - {when: breakout_closed, do: [{log: over}]}
      - {when: talking, do: [{log: "{person.name} talks"}]}
      - {when: {silent: 30s}, do: [{wait_for: {when: {silent: {lasts: 5s}}, timeout: 9s}}]}
      - {when: waiting, do: [{admit: person}, {deny: everyone}]}
      - {when: hand_raised, do: [{floor: {deny: person}}, {role: {moderator: person}}]}
      - {when: recording, do: [{record: stop}, {extend: room}, {join: red}]}
      - {when: muted, do: [{lock: room}, unlock, {save: [people.csv]}]}
  pupil:
    count: "{inputs.pupils}"
    role: participant
    display_name: "Pupil {n:02}"
    arrive: {at: start, over: 60s}
    microphone: {file: lobby, loop: true, volume: 20%, talks: 30%}
    drops: {chance: 5%, every: 10m, back_after: 5s..20s}
    invites:
      - {from: start + 3m, until: start + 40m, room: "r*", then: accept, accept: 90%, after: 2s..12s,
         role: participant, audio: true, screen: false, canvas: false}
      - {from: 10:05, until: 10:30, room: blue, then: reject, after: 5s}
      - {otherwise: ignore}
    rules:
      - {when: invited, do: [{accept: invite}]}
      - {when: invited, do: [{accept: {role: moderator, audio: true}}, {reject: invite}, {leave: breakout}]}
expect:
  joined: 13
  accepted: {at_least: 1, at_most: 12, by: end - 5m}
  errors: {equals: 0}
  join_time: {p50: 500ms, p99: {at_most: 2s}, by: end - 5m}
"""
SMALLEST = """\
playbook: 1
name: Smallest
room: {id: "${ROOM}"}
schedule: [{length: 20s}]
bots: {greeter: {rules: [{when: joined, do: [{play: welcome.wav}]}]}}
"""
