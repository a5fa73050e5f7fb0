"""Which event fires which rule, with which facts; and what each step does in the room."""

from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from bots.bot import BreakoutsNamed, BreakoutsOpened, PlayFinished, RunEnded, Said
from bots.errors import RequestRefused
from bots.room import (
    BreakoutConnected,
    BreakoutDefinition,
    BreakoutDestroyed,
    BreakoutJoined,
    BreakoutLeft,
    ChatReceived,
    Participant,
)
from tests.fakes.room import FakeRoom
from tests.unit.bot.stage import ANA, LUIS, TEACHER, Stage, on_stage, rule, spec_of, timeline

PUPIL = Participant(client_id="c-p1", name="Pupil 01", user_ref="pupil-01")
PUPIL_2 = Participant(client_id="c-p2", name="Pupil 02", user_ref="pupil-02")


def outcomes(stage: Stage) -> list[str]:
    return [run.outcome for run in stage.told(RunEnded)]


async def test_joined_greets_whoever_comes_and_not_who_was_there() -> None:
    greet = rule("joined", {"say": "Hello {person.name}, I am {bot.name}"})
    async with on_stage(spec_of(rules=(greet,)), LUIS) as stage:
        stage.room.arrive(ANA)
        await stage.pass_s()
        assert [("Hello Ana, I am Class helper", ())] == stage.room.asked("say")
        assert [Said(bot_id="helper", room_id="main")] == stage.told(Said)


async def test_joined_first_time_knows_who_was_here_before() -> None:
    greet = rule({"joined": "first_time"}, {"say": "Hello {person.name}"})
    async with on_stage(spec_of(rules=(greet,)), LUIS) as stage:
        for person in (ANA, LUIS):
            stage.room.arrive(person)
            stage.room.depart(person.client_id)
            stage.room.arrive(person)
        await stage.pass_s()
        assert [("Hello Ana", ())] == stage.room.asked("say")


async def test_a_condition_keeps_a_rule_from_running() -> None:
    greet = rule("joined", {"say": "Hello {person.name}"}, condition="not person.is_bot", mode="parallel")
    async with on_stage(spec_of(rules=(greet,))) as stage:
        stage.room.arrive(PUPIL)
        stage.room.arrive(ANA)
        await stage.pass_s()
        assert [("Hello Ana", ())] == stage.room.asked("say")
        assert ["condition_false", "finished"] == outcomes(stage)


async def test_left_and_chat_fire_with_their_person_and_text() -> None:
    rules = (
        rule("left", {"say": "Bye {person.name}"}, id="bye"),
        rule({"chat": "!help"}, {"say": "{person.name} asks: {message.text}"}, id="help"),
    )
    async with on_stage(spec_of(rules=rules), ANA) as stage:
        stage.room.push(ChatReceived("hello", "c-ana", "Ana", is_private=False))
        stage.room.push(ChatReceived("!Help {bot.id}", "c-ana", "Ana", is_private=False))
        await stage.pass_s()
        stage.room.depart("c-ana")
        await stage.pass_s()
        assert [("Ana asks: !Help {bot.id}", ()), ("Bye Ana", ())] == stage.room.asked("say")


async def test_the_bots_own_chat_lines_fire_nothing() -> None:
    async with on_stage(spec_of(rules=(rule("chat", {"say": "echo"}),))) as stage:
        stage.room.push(ChatReceived("hi", "me", "Class helper", is_private=False))
        await stage.pass_s()
        assert [] == stage.room.asked("say")


async def test_a_rule_of_breakouts_does_not_fire_in_the_parent() -> None:
    rules = (
        rule("joined", {"say": "in"}, within="breakouts"),
        rule("joined", {"say": "any"}, within="anywhere", id="any"),
    )
    async with on_stage(spec_of(rules=rules)) as stage:
        stage.room.arrive(ANA)
        await stage.pass_s()
        assert [("any", ())] == stage.room.asked("say")


async def test_say_to_some_goes_to_their_connections() -> None:
    entry = timeline(1, {"say": {"text": "psst", "to": ["moderators", "pupil", "Ana"]}})
    async with on_stage(spec_of(timeline=(entry,)), ANA, LUIS, TEACHER, PUPIL, PUPIL_2) as stage:
        await stage.pass_s(1)
        assert [("psst", ("c-ana", "c-teacher", "c-p1", "c-p2"))] == stage.room.asked("say")


async def test_say_to_a_group_that_is_empty_says_nothing() -> None:
    async with on_stage(spec_of(timeline=(timeline(1, {"say": {"text": "psst", "to": "moderators"}}),)), ANA) as stage:
        await stage.pass_s(1)
        assert ([], ["finished"]) == (stage.room.asked("say"), outcomes(stage))


async def test_what_a_breakout_that_has_ended_never_got_is_said_in_the_main_room() -> None:
    async with on_stage(spec_of(timeline=(timeline(1, {"say": "one"}), timeline(2, {"say": "two"})))) as stage:
        inside = stage.room.breakout = FakeRoom(stage.clock, room_id="red")
        stage.room.push(BreakoutConnected("red", "Red", {}))

        async def over(text: str, *, to: Sequence[str] = ()) -> None:
            inside.is_closed = True
            raise RequestRefused("say", 1171 if text == "one" else 1163, "the room is over")

        inside.say = over  # type: ignore[method-assign]
        await stage.pass_s(1)
        assert [("one", ())] == stage.room.asked("say")
        inside.is_closed = False
        await stage.pass_s(1)
        assert (["finished", "failed"], 1) == (outcomes(stage), len(stage.room.asked("say"))), "it may have been sent"


async def test_two_people_of_one_name_are_never_guessed_between() -> None:
    other_ana = Participant(client_id="c-ana-2", name="ana")
    entry = timeline(1, {"say": {"text": "psst", "to": "Ana"}})
    async with on_stage(spec_of(timeline=(entry,)), ANA, other_ana) as stage:
        await stage.pass_s(1)
        assert ([], ["failed"]) == (stage.room.asked("say"), outcomes(stage))
        assert "2 people here are called 'Ana'" in str(stage.told(RunEnded)[0].reason)


async def test_play_waits_for_the_sound_and_reports_packets_and_delivery() -> None:
    entry = timeline(1, {"play": "bell.wav"}, {"say": "after"})
    async with on_stage(spec_of(timeline=(entry,))) as stage:
        await stage.pass_s(2)
        assert [] == stage.room.asked("say")
        await stage.pass_s(1.1)
        assert [("after", ())] == stage.room.asked("say")
        await stage.pass_s(2)
        played = stage.told(PlayFinished)
        assert [("bell.wav", 100, 100, "finished")] == [
            (one.clip.name, one.packets, one.delivered, one.outcome) for one in played
        ]
        assert (2.0, False) == ((played[0].until - played[0].since).total_seconds(), played[0].is_breakout)


async def test_a_loop_goes_on_while_the_run_does_and_stop_ends_it() -> None:
    entry = timeline(1, {"play": {"file": "lobby.ogg", "loop": True}}, {"wait": "3s"}, {"stop": "audio"})
    async with on_stage(spec_of(timeline=(entry,))) as stage:
        await stage.pass_s(8)
        assert [(150, "stopped")] == [(one.packets, one.outcome) for one in stage.told(PlayFinished)]


async def test_stop_by_name_ends_that_sound_and_lets_another_play_on() -> None:
    steps = ({"play": {"file": "lobby.ogg", "loop": True}}, {"wait": "1s"}, {"stop": "other.ogg"}, {"wait": "2s"})
    async with on_stage(spec_of(timeline=(timeline(1, *steps, {"stop": "lobby.ogg"}),))) as stage:
        await stage.pass_s(8)
        assert [(150, "stopped")] == [(one.packets, one.outcome) for one in stage.told(PlayFinished)]


async def test_a_clip_stops_a_loop_and_the_next_clip_waits_for_it() -> None:
    entries = (
        timeline(1, {"play": {"file": "lobby.ogg", "loop": True}}),
        timeline(2, {"play": "a.wav"}, label="a"),
        timeline(3, {"play": "b.wav"}, label="b"),
    )
    async with on_stage(spec_of(timeline=entries)) as stage:
        await stage.pass_s(10)
        assert stage.room.outgoing is not None
        assert [(1.0, "lobby.ogg", True), (2.0, "a.wav", False), (4.0, "b.wav", False)] == stage.room.outgoing.played


async def test_a_clip_that_replaces_ends_the_one_that_plays_and_those_that_wait() -> None:
    entries = (
        timeline(1, {"play": "a.wav"}, {"say": "after a"}, label="a"),
        timeline(1.5, {"play": "b.wav"}, {"say": "after b"}, label="b"),
        timeline(2, {"play": {"file": "c.wav", "if_playing": "replace"}}, label="c"),
        timeline(3, {"play": "d.wav"}, label="d"),
    )
    with capture_logs() as logs:
        async with on_stage(spec_of(timeline=entries)) as stage:
            await stage.pass_s(12)
            assert stage.room.outgoing is not None
            assert [(1.0, "a.wav", False), (2.0, "c.wav", False), (4.0, "d.wav", False)] == stage.room.outgoing.played
            ends = [(one.clip.name, one.packets, one.outcome) for one in stage.told(PlayFinished)]
            assert [("a.wav", 50, "stopped"), ("c.wav", 100, "finished"), ("d.wav", 100, "finished")] == ends
            assert [("after a", ()), ("after b", ())] == stage.room.asked("say")
    assert ["b.wav"] == [line["clip"] for line in logs if line["event"] == "audio_replaced"]


async def test_a_clip_that_replaces_a_loop_begins_at_once_as_any_does() -> None:
    entries = (
        timeline(1, {"play": {"file": "lobby.ogg", "loop": True}}),
        timeline(2, {"play": {"file": "a.wav", "if_playing": "replace"}}, label="a"),
    )
    async with on_stage(spec_of(timeline=entries)) as stage:
        await stage.pass_s(10)
        assert stage.room.outgoing is not None
        assert [(1.0, "lobby.ogg", True), (2.0, "a.wav", False)] == stage.room.outgoing.played


async def test_what_is_said_aloud_is_written_and_then_played_and_its_text_is_not_logged() -> None:
    entry = timeline(1, {"say": {"text": "Good morning, {bot.id}", "aloud": True}}, {"say": "after"})
    with capture_logs() as logs:
        async with on_stage(spec_of(timeline=(entry,), speech=("espeak-ng", "es"))) as stage:
            await stage.pass_s(2)
            assert [("Good morning, helper", ())] == stage.room.asked("say")
            assert stage.room.outgoing is not None
            assert [(1.0, "speech:espeak-ng:es:Good morning, helper", False)] == stage.room.outgoing.played
            await stage.pass_s(2)
            assert [("Good morning, helper", ()), ("after", ())] == stage.room.asked("say")
    assert ["speech"] == [line["clip"] for line in logs if line["event"] == "audio_started"]
    assert "Good morning" not in str(logs)


def test_only_a_bot_that_is_heard_publishes() -> None:
    assert spec_of(timeline=(timeline(1, {"say": {"text": "Hi", "aloud": True}}),)).publishes
    assert not spec_of(timeline=(timeline(1, {"say": "Hi"}),)).publishes


async def test_play_without_a_microphone_line_fails_the_run() -> None:
    spec = spec_of(timeline=(timeline(1, {"play": "a.wav"}),))
    async with on_stage(spec) as stage:
        stage.room.outgoing = None
        await stage.pass_s(1)
        assert ["failed"] == outcomes(stage)


async def test_if_chooses_by_the_facts_of_now() -> None:
    choice = {"if": "count.people >= 2", "then": [{"say": "many"}], "else": [{"say": "few"}]}
    async with on_stage(spec_of(timeline=(timeline(1, choice), timeline(2, choice))), ANA) as stage:
        await stage.pass_s(1)
        stage.room.arrive(LUIS)
        await stage.pass_s(1)
        assert [("few", ()), ("many", ())] == stage.room.asked("say")


async def test_parallel_ends_with_its_longest_branch() -> None:
    both = {"parallel": [[{"wait": "1s"}, {"say": "a"}], [{"wait": "3s"}, {"say": "b"}]]}
    async with on_stage(spec_of(timeline=(timeline(0, both, {"say": "c"}),))) as stage:
        await stage.pass_s(2)
        assert [("a", ())] == stage.room.asked("say")
        await stage.pass_s(1)
        assert [("a", ()), ("b", ()), ("c", ())] == stage.room.asked("say")


async def test_wait_for_a_condition_ends_when_it_comes_true() -> None:
    entry = timeline(0, {"wait_for": {"until": "count.people >= 1", "timeout": "20s"}}, {"say": "go"})
    async with on_stage(spec_of(timeline=(entry,))) as stage:
        await stage.pass_s(5)
        assert [] == stage.room.asked("say")
        stage.room.arrive(ANA)
        await stage.pass_s()
        assert [("go", ())] == stage.room.asked("say")


async def test_wait_for_a_trigger_counts_from_the_step_on() -> None:
    entry = timeline(1, {"wait_for": {"when": "joined", "count": 2, "timeout": "20s"}}, {"say": "go"})
    async with on_stage(spec_of(timeline=(entry,)), TEACHER) as stage:
        stage.room.arrive(PUPIL)
        await stage.pass_s(1)
        stage.room.arrive(ANA)
        await stage.pass_s(1)
        assert [] == stage.room.asked("say")
        stage.room.arrive(LUIS)
        await stage.pass_s()
        assert [("go", ())] == stage.room.asked("say")


@pytest.mark.parametrize(("on_timeout", "outcome", "said"), [("fail", "failed", 0), ("continue", "finished", 1)])
async def test_wait_for_gives_up_as_the_step_says(on_timeout: str, outcome: str, said: int) -> None:
    step = {"wait_for": {"until": "count.people >= 1", "timeout": "20s", "on_timeout": on_timeout}}
    async with on_stage(spec_of(timeline=(timeline(0, step, {"say": "go"}),))) as stage:
        await stage.pass_s(19)
        assert [] == outcomes(stage)
        await stage.pass_s(1)
        assert ([outcome], said) == (outcomes(stage), len(stage.room.asked("say")))


async def test_breakouts_are_opened_under_names_invited_to_and_closed() -> None:
    entries = (
        timeline(
            1, {"breakouts": {"open": ["red", "blue"], "capacity": 4}}, {"invite": {"people": "pupil", "to": "blue"}}
        ),
        timeline(2, {"breakouts": {"close": ["red"]}}, label="red"),
        timeline(3, {"breakouts": {"close": "all"}}, label="all"),
    )
    async with on_stage(spec_of(role="moderator", timeline=entries), PUPIL, PUPIL_2, ANA) as stage:
        await stage.pass_s(3)
        assert [(BreakoutDefinition(participants=4, max_rooms=2),)] == stage.room.asked("create_breakouts")
        assert [("br-2", ("c-p1", "c-p2"), False)] == stage.room.asked("invite")
        assert [(("br-1",),), (("br-2",),)] == stage.room.asked("destroy_breakouts")
        assert [{"red": "br-1", "blue": "br-2"}] == [event.names for event in stage.told(BreakoutsOpened)]
        assert ["finished"] * 3 == outcomes(stage)


async def test_people_are_shared_out_evenly_over_several_breakouts() -> None:
    entry = timeline(
        1,
        {"breakouts": {"open": ["red", "blue"], "capacity": 4}},
        {"invite": {"people": ["pupil", "Ana"], "to": ["red", "blue"]}},
    )
    async with on_stage(spec_of(role="moderator", timeline=(entry,)), PUPIL, PUPIL_2, ANA) as stage:
        await stage.pass_s(1)
        assert [("br-1", ("c-p1", "c-ana"), False), ("br-2", ("c-p2",), False)] == stage.room.asked("invite")


async def test_at_the_end_a_bot_closes_the_breakouts_it_has_opened_and_only_those() -> None:
    entry = timeline(1, {"breakouts": {"open": ["red"], "capacity": 4}})
    async with on_stage(spec_of(role="moderator", timeline=(entry,)), ANA) as stage:
        stage.bot.command(BreakoutsNamed(names={"green": "br-9"}))
        await stage.pass_s(600)
        assert [(("br-1",),)] == stage.room.asked("destroy_breakouts")
        assert ("leave",) == stage.room.did[-1]


async def test_a_breakout_that_cannot_be_closed_keeps_nobody_from_leaving() -> None:
    entry = timeline(1, {"breakouts": {"open": ["red"], "capacity": 4}})
    with capture_logs() as lines:
        async with on_stage(spec_of(role="moderator", timeline=(entry,)), ANA) as stage:
            await stage.pass_s(1)
            stage.room.refuses["destroy_breakouts"] = RequestRefused("destroy-breakout-rooms", 5003, "no")
            await stage.pass_s(600)
            assert ("leave",) == stage.room.did[-1]
    assert "breakout_kept" in [line["event"] for line in lines]


async def test_breakouts_that_end_by_themselves_while_they_are_closed_are_no_failure() -> None:
    entries = (
        timeline(1, {"breakouts": {"open": ["red", "blue"], "capacity": 4}}),
        timeline(2, {"breakouts": {"close": "all"}}, label="all"),
    )
    async with on_stage(spec_of(role="moderator", timeline=entries), ANA) as stage:
        await stage.pass_s(1)
        stage.room.refuses["destroy_breakouts"] = RequestRefused("destroy-breakout-rooms", 1155, "br-1 is none")
        await stage.pass_s(1)
        assert ["finished"] == outcomes(stage)
        for room_id in ("br-1", "br-2"):
            stage.room.push(BreakoutDestroyed(room_id))
            await stage.pass_s(0.2)
        assert ["finished"] * 2 == outcomes(stage)


async def test_a_breakout_that_is_not_open_cannot_be_invited_to() -> None:
    entry = timeline(1, {"invite": {"people": "everyone", "to": "red"}})
    async with on_stage(spec_of(role="moderator", timeline=(entry,)), ANA) as stage:
        await stage.pass_s(1)
        assert "no open breakout is called 'red'" in str(stage.told(RunEnded)[0].reason)


async def test_names_of_another_bots_breakouts_can_be_used() -> None:
    entry = timeline(1, {"invite": {"people": "Ana", "to": "red", "force": True}})
    async with on_stage(spec_of(role="moderator", timeline=(entry,)), ANA) as stage:
        stage.bot.command(BreakoutsNamed(names={"red": "br-9"}))
        await stage.pass_s(1)
        assert [("br-9", ("c-ana",), True)] == stage.room.asked("invite")


async def test_call_back_asks_bots_by_data_and_people_by_chat_and_ends_when_they_are_back() -> None:
    entry = timeline(1, {"call_back": "all"}, {"say": "welcome back"})
    async with on_stage(spec_of(role="moderator", timeline=(entry,)), ANA, LUIS, PUPIL) as stage:
        for client in ("c-ana", "c-p1"):
            stage.room.push(BreakoutJoined(client, "br-1"))
        await stage.pass_s(2)
        assert [({"bots": "call_back"}, ("c-p1",))] == stage.room.asked("send_data")
        assert [("Please come back to the main room.", ("c-ana",))] == stage.room.asked("say")
        stage.room.push(BreakoutLeft("c-p1", "br-1"))
        stage.room.push(BreakoutLeft("c-ana", "br-1"))
        await stage.pass_s()
        assert ("welcome back", ()) == stage.room.asked("say")[-1]


async def test_call_back_does_not_wait_for_ever() -> None:
    entry = timeline(1, {"call_back": "all"}, {"say": "go on"})
    with capture_logs() as lines:
        async with on_stage(spec_of(role="moderator", timeline=(entry,)), ANA) as stage:
            stage.room.push(BreakoutJoined("c-ana", "br-1"))
            await stage.pass_s(17)
            assert ("go on", ()) == stage.room.asked("say")[-1]
    assert [["c-ana"]] == [line["people"] for line in lines if line["event"] == "people_missing"]


async def test_mute_is_for_oneself_the_room_or_somebody() -> None:
    entry = timeline(1, {"mute": "me"}, {"unmute": "me"}, {"mute": "room"}, {"unmute": "room"}, {"mute": "Ana"})
    async with on_stage(spec_of(role="moderator", timeline=(entry,)), ANA) as stage:
        await stage.pass_s(1)
        assert [
            ("mute",),
            ("unmute",),
            ("hard_mute", None),
            ("hard_unmute", None),
            ("hard_mute", "c-ana"),
        ] == stage.room.did


async def test_a_refusal_of_the_room_fails_the_step_with_the_servers_words() -> None:
    async with on_stage(spec_of(timeline=(timeline(1, {"say": "hi"}, {"say": "never"}),))) as stage:
        stage.room.refuses["say"] = RequestRefused("send-data", 5003, "chat is off")
        await stage.pass_s(1)
        assert (["failed"], []) == (outcomes(stage), stage.room.asked("say"))
        assert "chat is off" in str(stage.told(RunEnded)[0].reason)


async def test_every_step_is_logged_with_its_path_and_duration() -> None:
    with capture_logs() as lines:
        async with on_stage(
            spec_of(timeline=(timeline(1, {"wait": "2s"}, {"log": "{count.people} here"}),)), ANA
        ) as stage:
            await stage.pass_s(4)
    steps = [(line["kind"], line["outcome"], line["duration_s"]) for line in lines if line["event"] == "step_finished"]
    assert [("wait", "finished", 2.0), ("log", "finished", 0.0)] == steps
    assert ["1 here"] == [line["text"] for line in lines if line["event"] == "note_logged"]
