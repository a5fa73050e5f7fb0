"""Triggers about people and rooms fire when it happens, once, and not when it does not."""

from bots.bot import BreakoutsGone
from bots.room import BreakoutDestroyed, BreakoutLeft, HardMuteChanged, InviteRejected, Participant
from tests.unit.bot.stage import ANA, LUIS, on_stage, rule, spec_of, timeline

BACK = rule("returned", {"say": "{person.name} is back"}, mode="parallel")
OPEN = timeline(1, {"breakouts": {"open": ["red"]}})


async def test_returned_is_whoever_had_left_and_nobody_else() -> None:
    async with on_stage(spec_of(rules=(BACK,)), LUIS) as stage:
        stage.room.arrive(ANA)
        stage.room.arrive(Participant(client_id="c-ana-2", name="Ana"))  # another Ana, or a second device
        stage.room.push(BreakoutLeft("c-luis", "br-1"))
        stage.room.depart("c-luis")
        stage.room.arrive(Participant(client_id="c-luis-2", name="Luis"))
        await stage.pass_s()
        assert [("Luis is back", ())] == stage.room.asked("say")


async def test_returned_fires_each_time_beside_joined() -> None:
    joined = rule("joined", {"say": "{person.name} joined"}, id="joined", mode="parallel")
    async with on_stage(spec_of(rules=(BACK, joined)), LUIS) as stage:
        for _ in range(2):
            stage.room.depart("c-luis")
            stage.room.arrive(LUIS)
        await stage.pass_s()
        said = sorted(text for text, _ in stage.room.asked("say"))
        assert ["Luis is back", "Luis is back", "Luis joined", "Luis joined"] == said


async def test_a_rejected_invite_is_known_with_its_person_and_room() -> None:
    stays = rule("invite_rejected", {"say": "{person.name} stays out of {room.name}"})
    async with on_stage(spec_of(role="moderator", timeline=(OPEN,), rules=(stays,)), ANA) as stage:
        await stage.pass_s(1)
        stage.room.push(InviteRejected("br-1", "c-ana"))
        await stage.pass_s()
        assert [("Ana stays out of red", ())] == stage.room.asked("say")


async def test_a_closed_breakout_is_told_once_whoever_tells_it() -> None:
    over = rule("breakout_closed", {"say": "{room.name} is over"}, mode="parallel")
    async with on_stage(spec_of(role="moderator", timeline=(OPEN,), rules=(over,))) as stage:
        await stage.pass_s(1)
        stage.bot.command(BreakoutsGone(room_ids=("br-1",)))
        stage.room.push(BreakoutDestroyed("br-1"))
        await stage.pass_s()
        assert [("red is over", ())] == stage.room.asked("say")


async def test_muted_fires_when_the_microphone_is_taken_and_not_when_it_is_given_back() -> None:
    quiet = rule("muted", {"log": "quiet"}, {"say": "I was muted"}, mode="parallel")
    async with on_stage(spec_of(rules=(quiet,))) as stage:
        for scope in ("me", "room"):
            stage.room.push(HardMuteChanged(True, scope))
            stage.room.push(HardMuteChanged(False, scope))
        await stage.pass_s()
        assert [("I was muted", ())] * 2 == stage.room.asked("say")
