"""A session told in lines to read: minute and second, who, what. From the events of the log; pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bots.cli.files import counted
from bots.playbook import format_duration

__all__ = ["SENTENCES", "line_of", "told"]

_UNTOLD = {
    "playbook_loaded", "session_scheduled", "participant_joined", "participant_left", "breakout_destroyed",
    "group_answered", "invite_decided", "run_started", "branch_taken", "rule_tallied",
}  # fmt: skip
_ROTATIONS = {
    "round_started", "round_ended", "group_changed", "group_answered", "person_left_out", "round_skipped",
    "rotation_ended", "rotation_planned", "timeline_shifted",
}  # fmt: skip
SENTENCES = {
    "room_kept": "could not delete the room that was made for it",
    "join_retried": "could not join, and tries again in {wait_s} s",
    "connection_dropped": "loses the network for {back_after_s} s",
    "breakout_failed": "could not go into {breakout}",
    "breakout_kept": "could not close a breakout room",
    "mode_switched": "makes the room a {mode}",
    "room_extended": "puts off the end of the room by {by_min} min",
    "people_dropped": "removes {people} from the room",
    "people_missing": "misses {people}, called back {waited_s} s ago",
    "breakout_video_ignored": "sends no video into {breakout}: EnableX has none there",
    "parent_not_resumed": "is not let back into the conversation",
    "person_left_out": "has no group for {participant}",
    "message_not_sent": "could not send {what}",
    "audio_failed": "cannot play {clip}",
    "run_failed": "met a fault of ours in {rule}",
    "report_saved": "saves {file}; rows: {rows}",
    "teacher_told": "tells {people} in private; lines: {lines}",
    "teacher_awaited": "waits for a teacher to tell; lines that wait: {kept}",
    "teacher_not_told": "could not tell the teacher; lines that wait: {kept}",
    "teacher_missed": "leaves, and no teacher came to be told; lines that waited: {lines}",
    "step_passed_over": "passes over {kind} in {rule}",
    "sound_not_restored": "does not play on after a new start",
    "memory_not_kept": "could not write down who was with whom",
    "memory_damaged": "passes over {lines} lines of {file} that cannot be read",
    "signal_dropped": "does not send {signal} any more: bots answer each other {a_second} times a second",
    "talk_not_told": "is not told who talks",
    "media_lost": "lost the media connection ({what})",
    "trace_not_kept": "keeps no trace in {folder}",
}
_DECIDED = {
    "grant": "gives the floor to {}", "deny": "refuses the floor to {}", "release": "takes the floor from {}",
    "invite": "offers the floor to {}",
}  # fmt: skip
_HOW = {"user_ref": "their token", "claimed": "what they said", "similar": "a similar name"}
_DOES = {
    "mute": "mutes", "unmute": "unmutes", "lock": "locks the room", "unlock": "unlocks the room",
    "send_back": "sends people back to their breakout room",
}  # fmt: skip
_FRAME = {"timestamp", "level", "event", "session", "bot", "room"}


def line_of(event: Mapping[str, Any], starts_at: datetime) -> str | None:
    """The line of one event; None for what the other lines already say.

    Args:
        event: as JSON has it.
        starts_at: of the session; aware.
    """
    what = _what(event)
    if what is None:
        return None
    who = event.get("bot") or event.get("name") or "session"
    return f"{_moment(event['timestamp'], starts_at):>8}  {who:<16}  {what}"


def _moment(timestamp: str, starts_at: datetime) -> str:
    """`08:30` after the start, `-00:15` before it; hours where there are some."""
    seconds = (datetime.fromisoformat(timestamp) - starts_at).total_seconds()
    minutes, second = divmod(int(abs(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    sign = "-" if seconds <= -1 else ""
    return sign + (f"{hours}:{minute:02}:{second:02}" if hours else f"{minute:02}:{second:02}")


def _moderated(event: Mapping[str, Any]) -> str:
    """What a bot did about who comes in, who speaks, who moderates."""
    people = ", ".join(event.get("people") or [])
    match event["event"]:
        case "people_admitted":
            return f"lets in {people}"
        case "people_denied":
            return f"turns away {people}"
        case "floor_asked":
            own = {
                "request": "asks for the floor", "cancel": "asks for the floor no more",
                "reject": "rejects the offer of the floor", "open": "opens the floor to everybody",
                "close": "closes the floor",
            }  # fmt: skip
            return own.get(str(event.get("act")), "gives the floor back")
        case "people_shown":
            begins = {"pin": "pins {}", "spotlight": "puts {} into the spotlight"}
            ends = {"pin": "pins {} no longer", "spotlight": "takes {} out of the spotlight"}
            return (begins if event.get("act") == "begin" else ends)[str(event.get("how"))].format(people)
        case "knock_switched":
            return "has people wait to be let in" if event.get("act") == "on" else "has nobody wait to be let in"
        case "recording_asked":
            return "has the room recorded" if event.get("act") == "start" else "ends the recording"
        case "floor_decided":
            return _DECIDED.get(str(event.get("decision")), "takes the offer of the floor back from {}").format(people)
        case _:
            return f"makes {people} {event.get('role')}"


def _what(event: Mapping[str, Any]) -> str | None:
    get = event.get
    breakout = get("breakout") or get("breakout_id")
    reason = f": {get('reason')}" if get("reason") else ""
    match event["event"]:
        case name if name in _UNTOLD:
            return None
        case "session_started":
            return f"starts with {counted(get('bots') or 0, 'bot')}"
        case "session_finished":
            return f"ends: {get('outcome')}{reason}"
        case "expectation_judged":
            verdict = "met" if get("is_met") else "NOT MET"
            return f"expected {get('counter')} {get('wanted')}, it is {get('value')}: {verdict}"
        case "person_acted":
            return f"{get('act')}: {get('what')}" if get("what") else str(get("act"))
        case "line_written":
            return f"writes: {get('text')}" + ("" if get("readers") else " (nobody reads it)")
        case "room_joined":
            return f"is in the room, with {counted(get('participants', 1) - 1, 'other')}"
        case "room_awaited":
            return "waits to be let in"
        case (
            "people_admitted"
            | "people_denied"
            | "floor_asked"
            | "floor_decided"
            | "roles_changed"
            | "recording_asked"
            | "people_shown"
            | "knock_switched"
        ):
            return _moderated(event)
        case "room_left":
            return f"leaves ({get('cause')})"
        case "bot_failed":
            return f"FAILS{reason}"
        case "invite_received":
            return f"is {'sent' if get('is_forced') else 'invited'} to {breakout}"
        case "invite_kept":
            return f"keeps the invite until {get('until')}"
        case "invite_accepted" | "invite_rejected" | "invite_ignored":
            return f"{event['event'].removeprefix('invite_')} the invite to {breakout}"
        case "invite_expired":
            return f"let the invite to {breakout} expire{reason}"
        case "breakout_created":
            return f"opens {breakout} for {get('capacity')}"
        case "breakout_invited":
            people = get("people") or []
            return f"invites {len(people)} to {breakout}"
        case "breakout_joined":
            return f"is in {breakout}"
        case "breakout_left":
            return f"is back from {breakout}"
        case "audio_started":
            return f"plays {get('clip')}{' again and again' if get('is_looped') else ''}"
        case "audio_finished":
            heard = {"True": ", heard", "False": ", NOT HEARD"}.get(str(get("heard")), "")
            return f"{get('clip')} {get('outcome')} after {get('duration_s')} s{heard}"
        case "audio_together":
            return f"{get('clip')} was begun in {get('rooms')} breakout rooms within {get('skew_ms')} ms"
        case "herald_failed":
            return f"cannot play into {get('breakout')}: {get('reason')}"
        case "rule_fired":
            return str(get("rule")) if get("trigger") == "timeline" else f"{get('rule')} ({get('trigger')})"
        case "condition_false":
            values = ", ".join(f"{name} = {told(value)}" for name, value in (get("values") or {}).items())
            return f"{get('rule')}: {get('false_part')} is not so ({values})"
        case "step_finished":
            return _step(event)
        case "run_finished":
            is_told = get("outcome") in ("finished", "condition_false")
            return None if is_told else f"{get('rule')}: {get('outcome')}{reason}"
        case name if name in SENTENCES:
            return SENTENCES[name].format_map(_Fields(event)) + reason
        case "signal_sent":
            return f"sends the signal {get('signal')}"
        case "note_logged":
            return f"notes: {get('text')}"
        case "group_answered" if get("answer") == "accepted":
            return None  # that they are in is told of themselves
        case name if name in _ROTATIONS:
            return _rotation(name, event)
        case "person_found":
            return f"knows {get('participant')} by {_HOW.get(str(get('how')), get('how'))}"
        case "person_unmatched":
            between = f" (perhaps {' or '.join(get('candidates') or [])})" if get("candidates") else ""
            return f"finds {get('participant')} not on the roster{between}"
        case "roster_told":
            absent = ", ".join(get("absent") or []) or "nobody"
            return f"missed of the roster: {absent}; not on it: {get('unmatched')}"
        case "control_used":
            return f"does !{get('control')} for {get('participant') or 'the playbook'}"
        case "control_refused":
            return f"refuses !{get('control')} to {get('participant') or 'the playbook'}{reason}"
        case name:
            return f"{name} " + " ".join(f"{key}={value}" for key, value in event.items() if key not in _FRAME)


def _rotation(name: str, event: Mapping[str, Any]) -> str:
    get = event.get
    match name:
        case "rotation_planned":
            best = ", best possible" if get("repeats") == get("bound") else f", no plan has fewer than {get('bound')}"
            repeats = "" if get("repeats") is None else f", {counted(get('repeats') or 0, 'repeat')}{best}"
            groups = f"{counted(get('people') or 0, 'person', 'people')} in {counted(get('rooms') or 0, 'group')}"
            return f"plans {counted(get('rounds') or 0, 'round')} of {get('rotation')}: {groups}{repeats}"
        case "round_started":
            groups = "; ".join(f"{group}: {', '.join(people)}" for group, people in (get("groups") or {}).items())
            return f"begins round {get('round')} of {get('rotation')}, {_span(get('length_s'))}. {groups}"
        case "round_ended":
            missing = f"; missing: {', '.join(get('missing') or [])}" if get("missing") else ", everybody is back"
            return f"ends round {get('round')} of {get('rotation')}{missing}"
        case "group_changed":
            return f"puts {get('participant')} into {get('group') or 'the main room'} ({get('reason')})"
        case "group_answered":
            after = f" after {_span(get('waited_s'))}" if get("answer") == "ignored" else ""
            return f"hears of {get('participant')}: {get('answer')} the invite to {get('group')}{after}"
        case "person_left_out":
            return f"has no group for {get('participant')}: {get('reason')}"
        case "round_skipped":
            return f"skips round {get('round')} of {get('rotation')}: {get('reason')}"
        case "rotation_ended":
            dropped = f"; no time for {get('dropped')} more" if get("dropped") else ""
            return f"has played {get('rounds')} rounds of {get('rotation')}{dropped}"
        case _:
            return f"moves what comes later by {_span(get('seconds'))}"


def _span(seconds: object) -> str:
    """Seconds as a playbook writes them."""
    whole = round(float(str(seconds)))
    return f"{'-' if whole < 0 else ''}{format_duration(abs(whole))}"


class _Fields(dict[str, Any]):
    """The fields of an event as a sentence has them."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        breakout = event.get("breakout") or event.get("breakout_id")
        super().__init__({**event, "breakout": breakout})

    def __getitem__(self, name: str) -> object:
        value = self.get(name)
        return ", ".join(map(str, value)) if isinstance(value, list) else "?" if value is None else value


def told(value: object) -> str:
    """A value as the playbook writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _step(event: Mapping[str, Any]) -> str | None:
    """Steps whose effect has no event of its own, and those that failed."""
    if event.get("outcome") == "failed" and event.get("reason"):  # without one, a step inside has told it
        return f"{event.get('kind')} FAILED at {event.get('where') or event.get('step')}: {event.get('reason')}"
    return _DOES.get(str(event.get("kind")))
