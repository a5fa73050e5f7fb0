"""Why did nothing happen? From the events of a session to sentences."""

from typing import Any

from bots.trace import told

END = {"event": "session_finished", "session": "L", "outcome": "finished", "joined": 1, "bots": 1, "expect": []}


def event(name: str, bot: str = "helper", **fields: Any) -> dict[str, Any]:
    return {"event": name, "bot": bot, **fields}


def lines(*events: dict[str, Any], bot: str = "helper") -> list[str]:
    """What is said of one bot that was in the room."""
    said = told([event("room_joined", bot), *events, END])
    return [line.strip() for line in said[3:]]


def test_a_rule_whose_condition_was_always_false_tells_what_it_saw() -> None:
    held = [
        event("rule_fired", rule="greet", trigger="joined"),
        event("condition_false", rule="greet", false_part="not person.is_bot", values={"person.is_bot": True}),
        event("run_finished", rule="greet", run=None, outcome="condition_false", reason=None),
    ]
    tally = event("rule_tallied", rule="greet", trigger="joined", came=3, unlike=0, elsewhere=0)
    assert [
        "rule greet never ran; 3 times somebody joined: each time “not person.is_bot” was false (person.is_bot = true)"
    ] == lines(*held, *held, *held, tally)


def test_what_did_not_fire_is_told_by_why() -> None:
    tally = event("rule_tallied", rule="help", trigger="chat", came=6, unlike=4, elsewhere=1)
    fired = [
        event("rule_fired", rule="help", trigger="chat"),
        event("run_finished", rule="help", run=None, outcome="already_running", reason="cooldown"),
    ]
    fates = "4 times not what the trigger asks for; once not where “in” says; once dropped: within its cooldown"
    assert [f"rule help never ran; 6 times somebody wrote: {fates}"] == lines(*fired, tally)


def test_a_trigger_that_never_came_and_one_that_is_new_here() -> None:
    assert ["rule bye never ran; its trigger (left) never came"] == lines(
        event("rule_tallied", rule="bye", trigger="left", came=0, unlike=0, elsewhere=0)
    )
    assert ["rule wave never ran; 2 times “mystery” came: 2 times not where “in” says"] == lines(
        event("rule_tallied", rule="wave", trigger="mystery", came=2, unlike=0, elsewhere=2)
    )


def test_runs_tell_their_steps_branches_and_how_they_ended() -> None:
    rule: dict[str, Any] = {"rule": "at start + 8m", "run": 1}
    assert [
        "timeline at start + 8m ran once",
        "once failed: helper: 1: nobody is here",
        "once “count.people > 1” led to else (count.people = 1)",
        "once drew choice 2",
        "say at l.yaml:4:9: finished once",
        "invite at l.yaml:5:9: failed once: nobody is here",
    ] == lines(
        event("rule_fired", trigger="timeline", **rule),
        event("run_started", occasions=0, **rule),
        event("branch_taken", condition="count.people > 1", branch="else", values={"count.people": 1}, **rule),
        event("branch_taken", branch="choice 2", **rule),
        event("step_finished", kind="say", where="l.yaml:4:9", outcome="finished", reason=None, **rule),
        event("step_finished", kind="invite", where="l.yaml:5:9", outcome="failed", reason="nobody is here", **rule),
        event("run_finished", outcome="failed", reason="helper: 1: nobody is here", **rule),
    )


def test_gathered_firings_and_invites_are_told() -> None:
    assert [
        "rule greet ran once; 3 times somebody joined: 3 were gathered into 1",
        "invites: 2 times invited: entry 1 says accept once, no entry says ignore once",
        "once expired: its window is over",
    ] == lines(
        *[event("rule_fired", rule="greet", trigger="joined")] * 3,
        event("run_started", rule="greet", run=1, occasions=3),
        *[event("invite_received")] * 2,
        event("invite_decided", entry=0, action="accept"),
        event("invite_decided", entry=None, action="ignore"),
        event("invite_expired", reason="its window is over"),
    )


def test_bots_of_which_the_same_is_said_are_told_together() -> None:
    events = [event("room_joined", f"pupil-{number:02}") for number in range(1, 7)]
    assert ["L: finished; 1 of 1 bots joined", "", "pupil-01, pupil-02 … pupil-06 (6 bots)"] == told([*events, END])


def test_a_bot_that_never_got_in_and_a_trace_that_breaks_off() -> None:
    said = told([event("bot_failed", stage="join", reason="no room", session="L")])
    assert ["L: the trace breaks off before its end", "", "helper", "  was never in the room: failed: no room"] == said


def test_an_expectation_that_was_not_met_is_told() -> None:
    missed = {"counter": "said", "wanted": "2 by end", "value": 1, "is_met": False}
    assert "  NOT MET: said should be 2 by end, it was 1" in told([{**END, "expect": [missed]}])
