"""Talk and silence: begun once, counted for people only, in the room that the bot is in."""

from bots.bot.place.talk import Conversation
from bots.playbook import If
from bots.room import BreakoutInvite, Participant, SpeechChanged
from tests.unit.bot.stage import ANA, LUIS, Stage, on_stage, rule, spec_of, timeline

PUPIL = Participant(client_id="c-p1", name="Pupil 01", user_ref="pupil-01")
TALKS = rule("talking", {"say": "{person.name}"}, mode="parallel")
QUIET = rule({"silent": "30s"}, {"say": "quiet"}, mode="parallel")


async def talk(stage: Stage, *client_ids: str) -> None:
    stage.room.push(SpeechChanged(client_ids))
    await stage.pass_s()


def said(stage: Stage) -> list[str]:
    return [text for text, _ in stage.room.asked("say")]


def test_a_short_pause_is_no_new_beginning() -> None:
    conversation = Conversation(0.0)
    assert ["ana"] == conversation.hear(["ana"], ["ana"], 1.0)
    assert [] == conversation.hear([], [], 3.0)
    assert [] == conversation.hear(["ana"], ["ana"], 4.9)
    assert [] == conversation.hear([], [], 6.0)
    assert ["ana", "ben"] == conversation.hear(["ben", "ana"], ["ana"], 8.0)


def test_silence_begins_when_the_last_person_stops_whatever_bots_do() -> None:
    conversation = Conversation(0.0)
    conversation.hear(["ana", "bot"], ["ana"], 1.0)
    assert None is conversation.quiet_since_s
    conversation.hear(["bot"], [], 5.0)
    conversation.hear([], [], 9.0)
    assert 5.0 == conversation.quiet_since_s


async def test_talking_fires_for_everybody_but_the_bot_itself() -> None:
    async with on_stage(spec_of(rules=(TALKS,)), ANA, PUPIL) as stage:
        await talk(stage, "me", "c-ana")
        await talk(stage, "c-ana", "c-p1")
        await talk(stage, "c-nobody")
        assert ["Ana", "Pupil 01"] == said(stage)


async def test_silent_fires_once_a_silence() -> None:
    async with on_stage(spec_of(rules=(QUIET,)), ANA, PUPIL) as stage:
        await stage.pass_s(29)
        assert [] == said(stage)
        await talk(stage, "c-p1")
        await stage.pass_s(1)
        assert ["quiet"] == said(stage)
        await stage.pass_s(60)
        await talk(stage, "c-ana")
        await stage.pass_s(60)
        assert ["quiet"] == said(stage)
        await talk(stage)
        await stage.pass_s(31)
        assert ["quiet", "quiet"] == said(stage)


async def test_each_length_of_silence_has_its_moment() -> None:
    short = rule({"silent": "5s"}, {"say": "short"}, id="short")
    async with on_stage(spec_of(rules=(QUIET, short)), ANA) as stage:
        await stage.pass_s(6)
        await talk(stage, "c-ana")
        await talk(stage)
        await stage.pass_s(31)
        assert ["short", "short", "quiet"] == said(stage)


async def test_a_silence_counts_anew_in_a_breakout() -> None:
    inside = rule({"silent": "30s"}, {"say": "quiet inside"}, within="breakouts")
    accept = rule("invited", {"accept": "invite"}, id="go")
    async with on_stage(
        spec_of(rules=(inside, rule({"silent": "30s"}, {"say": "quiet"}, id="quiet"), accept)), ANA
    ) as stage:
        await stage.pass_s(20)
        stage.room.push(BreakoutInvite("br-1", "c-ana"))
        await stage.pass_s(20)
        assert stage.room.breakout is not None
        await stage.pass_s(11)
        assert ([], [("quiet inside", ())]) == (said(stage), stage.room.breakout.asked("say"))


async def test_waiting_for_a_silence_that_is_there_already_ends_at_once() -> None:
    wait = {"wait_for": {"when": {"silent": "5s"}, "timeout": "8s"}}
    entries = (timeline(10, wait, {"say": "now"}), timeline(60, wait, {"say": "later"}, label="later"))
    async with on_stage(spec_of(timeline=entries), LUIS) as stage:
        await stage.pass_s(10)
        assert ["now"] == said(stage)
        await talk(stage, "c-luis")
        await stage.pass_s(52)
        await talk(stage)
        await stage.pass_s(4)
        assert ["now"] == said(stage)
        await stage.pass_s(1)
        assert ["now", "later"] == said(stage)


def test_only_a_bot_that_asks_for_it_is_told_who_talks() -> None:
    wait = {"wait_for": {"when": {"silent": "5s"}, "timeout": "8s"}}
    hidden = If.model_validate({"if": "n > 1", "then": [wait]})
    assert not spec_of(rules=(rule("joined", "unmute"),)).watches_talk
    assert spec_of(timeline=(timeline(1, hidden),)).watches_talk
    assert spec_of(rules=(TALKS,)).watches_talk
