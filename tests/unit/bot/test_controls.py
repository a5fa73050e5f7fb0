"""Lines in the chat that steer: who may, what is answered, what happens."""

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bots.bot import BotSpec, PersonClaimed, PersonKnown, RoundStands, SteerRotation
from bots.playbook import RosterEntry
from bots.room import BreakoutDefinition, ChatReceived, Participant
from tests.unit.bot.stage import ANA, TEACHER, Stage, on_stage, rule, spec_of, timeline
from tests.unit.bot.test_rotate import PUPILS, go_in, invited, lesson

ROSTER = (RosterEntry(id="ana.r", name="Ana Ruiz", tags=("beginner",)), RosterEntry(id="luis.m", name="Luis"))
STEER = dict.fromkeys(("more", "hold", "next", "back", "swap", "undo"), ("moderators",))


def spec(**values: object) -> BotSpec:
    settings = {"role": "moderator", "reports_people": True, "roster": ROSTER, "controls": {"iam": ("everyone",)}}
    return spec_of(**{**settings, **values})


def rotating(**values: object) -> BotSpec:
    plan = lesson()
    return spec(rotations=plan.rotations, timeline=plan.timeline, controls={"iam": ("everyone",), **STEER}, **values)


async def write(stage: Stage, text: str, sender: Participant = TEACHER) -> str:
    """What is answered, in private; empty for nothing."""
    before = len(stage.room.asked("say"))
    stage.room.push(ChatReceived(text, sender.client_id, sender.name, is_private=False))
    await stage.pass_s()
    answers = [line for line, to in stage.room.asked("say")[before:] if to == (sender.client_id,)]
    return answers[0] if answers else ""


async def test_somebody_says_who_they_are_and_is_known_from_then_on() -> None:
    guest = Participant(client_id="c-guest", name="iPad of Ana")
    rules = (rule("chat", {"say": "{person.id} is known"}, condition="person.is_known"),)
    with capture_logs() as lines:
        async with on_stage(spec(rules=rules), TEACHER, guest) as stage:
            assert "Welcome, Ana Ruiz." == await write(stage, "!iam ana ruiz", guest)
            await write(stage, "hello", guest)
            assert "ana.r is known" in [text for text, _ in stage.room.asked("say")]
    assert [("ana.r", "claimed")] == [
        (line["participant"], line["how"])
        for line in lines
        if line["event"] == "person_found" and line["how"] == "claimed"
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("!iam", "Sorry: write your name after it: !iam Ana."),
        ("!iam Eva", "Sorry: nobody on the roster has this name."),
        ("!iam Luis", "Sorry: somebody else is here under this name."),
        ("!IAM ana.r", "Welcome, Ana Ruiz."),
        ("!help", "You can write !iam YOUR NAME."),
        ("!more 2m", ""),
        ("iam Ana", ""),
        ("!nonsense", ""),
    ],
)
async def test_each_line_is_answered_in_private_or_not_at_all(text: str, answer: str) -> None:
    luis = Participant(client_id="c-luis", name="Luis")
    guest = Participant(client_id="c-guest", name="iPad")
    async with on_stage(spec(), TEACHER, luis, guest) as stage:
        assert answer == await write(stage, text, guest)


async def test_only_who_is_named_may_steer_and_a_placeholder_stays_a_text() -> None:
    async with on_stage(rotating(), TEACHER, ANA, *PUPILS) as stage:
        await stage.pass_s(6)
        assert "Sorry: !next is not for you here." == await write(stage, "!next", ANA)
        assert "Sorry: nobody on the roster has this name." == await write(stage, "!iam {person.name}", ANA)
        assert [] == stage.room.asked("destroy_breakouts")


async def test_more_hold_and_undo_move_the_end_of_the_round_and_what_comes_later() -> None:
    async with on_stage(rotating(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        await go_in(stage)
        assert "This round has 1m more." == await write(stage, "!more 1m")
        assert "Undone." == await write(stage, "!undo")
        assert "This round has 30s more." == await write(stage, "!more 30s")
        assert "The time stands still until the next !hold." == await write(stage, "!hold")
        await stage.pass_s(20)
        assert "The time goes on." == await write(stage, "!hold")
        await stage.pass_s(148)  # 120 + 30 + 20 from second 5, and it is second 26 now
        assert [] == stage.room.asked("destroy_breakouts")
        await stage.pass_s(3)
        assert 1 == len(stage.room.asked("destroy_breakouts"))
        assert "Sorry: " in await write(stage, "!more 1h")


def with_a_later_line() -> BotSpec:
    """It comes 200 s after the start, unless that is moved."""
    later = replace(timeline(200, {"say": "Now the next thing."}), is_movable=True)
    return spec(rotations=lesson().rotations, timeline=(*lesson().timeline, later), controls=STEER)


async def test_what_hangs_on_the_start_comes_later_by_what_was_given() -> None:
    async with on_stage(with_a_later_line(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        await write(stage, "!more 60s")
        await stage.pass_s(200)
        assert "Now the next thing." not in [text for text, _ in stage.room.asked("say")]
        await stage.pass_s(60)
        assert "Now the next thing." in [text for text, _ in stage.room.asked("say")]


async def test_what_was_given_is_known_after_a_crash_though_nothing_has_happened_since() -> None:
    plan = with_a_later_line()
    first = Stage(plan, TEACHER, *PUPILS)
    await first.pass_s(6)
    first.bot.command(SteerRotation(text="more 60s"))
    await first.pass_s(1)
    diary = await first.kill()
    async with on_stage(plan, TEACHER, *PUPILS, clock=first.clock, diary=diary) as second:
        await second.pass_s(210)
        assert "Now the next thing." not in [text for text, _ in second.room.asked("say")]
        await second.pass_s(50)
        assert "Now the next thing." in [text for text, _ in second.room.asked("say")]


async def test_who_comes_and_says_who_they_are_while_the_rooms_are_being_opened_has_one_place_in_the_round() -> None:
    guest, opening = Participant(client_id="c-guest", name="iPad of Ana"), asyncio.Event()
    async with on_stage(rotating(), TEACHER, *PUPILS) as stage:
        create = stage.room.create_breakouts

        async def take_long(definition: BreakoutDefinition) -> tuple[str, ...]:
            await opening.wait()
            return await create(definition)

        stage.room.create_breakouts = take_long  # type: ignore[method-assign]
        await stage.pass_s(6)
        stage.room.arrive(guest)
        await stage.pass_s(1)
        assert "Welcome, Ana Ruiz." == await write(stage, "!iam ana ruiz", guest)
        opening.set()
        await stage.pass_s(1)
        assert {guest.client_id, *(one.client_id for one in PUPILS)} == set(invited(stage))
        assert len(PUPILS) + 1 == stage.told(RoundStands)[-1].people


async def test_next_closes_the_round_and_swap_moves_two_people() -> None:
    async with on_stage(rotating(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        rooms = invited(stage)
        one = next(client for client, room in rooms.items() if room == "br-1")
        other = next(client for client, room in rooms.items() if room == "br-2")
        names = {person.client_id: person for person in PUPILS}
        answer = await write(stage, f"!swap {names[one].user_ref} {names[other].name}")
        assert "They change places, now and in the rounds to come." == answer
        await stage.pass_s(1)
        assert (rooms[other], rooms[one]) == (invited(stage)[one], invited(stage)[other])
        assert "This round ends now." == await write(stage, "!next")
        await stage.pass_s(1)
        assert 1 == len(stage.room.asked("destroy_breakouts"))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("!more", "write how much time the round gets, for example !more 2m or !more 30s"),
        ("!more two minutes", "write how much time the round gets, for example !more 2m or !more 30s"),
        ("!more -2m", "write how much time the round gets, for example !more 2m or !more 30s"),
        ("!more 0s", "write how much time the round gets, for example !more 2m or !more 30s"),
        ("!more 99h", "the lesson would end too late; at most 5m30s more can be given"),
        ("!hold please", "write one of !more 2m, !hold, !next, !back, !swap ana luis, !undo"),
        ("!back", "this is the first round; there is none before it"),
        ("!undo", "there is nothing to undo; !more, !hold and !swap can be undone while their round runs"),
        ("!swap", "name two people who are here, by their ids or their names, for example !swap ana luis"),
        ("!swap p1", "name two people who are here, by their ids or their names, for example !swap ana luis"),
        ("!swap p1 P1", "name two different people"),
        ("!swap p1 Nobody", "nobody here has the second name; ids work too"),
        ("!swap Twin p1", "several people here have the first name; write the id"),
        ("!swap p1 helper", "both need a group of this round"),
    ],
)
async def test_what_a_teacher_may_get_wrong_is_answered_with_what_to_write(text: str, answer: str) -> None:
    twins = (Participant(client_id="c-8", name="Twin"), Participant(client_id="c-9", name="twin"))
    async with on_stage(rotating(), TEACHER, *PUPILS, *twins) as stage:
        await stage.pass_s(6)
        await go_in(stage)
        assert f"Sorry: {answer}." == await write(stage, text)
        assert [] == stage.room.asked("destroy_breakouts")


async def test_what_is_written_with_capitals_and_blanks_is_understood() -> None:
    async with on_stage(rotating(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        assert "This round has 1m30s more." == await write(stage, "  !MORE  1M 30S ")


async def test_the_second_of_two_commands_in_one_second_is_told_what_the_first_has_done() -> None:
    async with on_stage(rotating(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        await go_in(stage)
        assert "The time stands still until the next !hold." == await write(stage, "!hold")
        assert "The time goes on." == await write(stage, "!hold")
        assert "This round ends now." == await write(stage, "!next")
        assert "Sorry: the round is ending already." == await write(stage, "!next")
        assert "Sorry: the round is ending already." == await write(stage, "!back")


async def test_a_swap_that_a_rule_forbids_is_refused_with_the_reason_and_without_a_name() -> None:
    apart = (("p1", "p2"), ("p1", "p3"))
    plan = spec(rotations=lesson(keep_apart=apart).rotations, timeline=lesson().timeline, controls=STEER)
    async with on_stage(plan, TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        rooms = invited(stage)
        [mate] = [client for client in ("c4", "c5", "c6") if rooms[client] != rooms["c1"]]
        answer = await write(stage, f"!swap p1 p{mate[1:]}")
        assert "Sorry: a rule of the playbook keeps one of them out of the other's group." == answer
        await stage.pass_s(1)
        assert rooms == invited(stage)


async def test_the_same_words_come_through_the_fleet_and_as_a_step() -> None:
    steps = (*lesson().timeline, timeline(20, {"steer": "next"}))
    with capture_logs() as lines:
        async with on_stage(spec(rotations=lesson().rotations, timeline=steps), TEACHER, *PUPILS) as stage:
            stage.bot.command(SteerRotation(text="hold"))
            await stage.pass_s(6)
            stage.bot.command(SteerRotation(text="more 10s"))
            await stage.pass_s(15)
            assert 1 == len(stage.room.asked("destroy_breakouts"))
    assert [("hold", "no rotation runs now")] == [
        (line["control"], line["reason"]) for line in lines if line["event"] == "control_refused"
    ]
    assert ["more", "next"] == [line["control"] for line in lines if line["event"] == "control_used"]


async def test_whom_the_token_names_cannot_be_somebody_else() -> None:
    luis = Participant(client_id="c-luis", name="Luis", user_ref="luis.m")
    async with on_stage(spec(), TEACHER, luis) as stage:
        assert "Sorry: your token says that you are Luis." == await write(stage, "!iam Ana Ruiz", luis)


async def test_what_one_bot_was_told_all_bots_know() -> None:
    guest = Participant(client_id="c-guest", name="iPad")
    async with on_stage(spec(), TEACHER, guest) as stage:
        await write(stage, "!iam Ana Ruiz", guest)
        assert [PersonClaimed(bot_id="helper", client_id="c-guest", roster_id="ana.r")] == stage.told(PersonClaimed)
    rules = (rule("chat", {"say": "{person.id} wrote"}),)
    async with on_stage(spec_of(roster=ROSTER, rules=rules), TEACHER, guest) as stage:
        stage.bot.command(PersonKnown(client_id="c-guest", roster_id="ana.r"))
        stage.room.push(ChatReceived("hello", guest.client_id, guest.name, is_private=False))
        await stage.pass_s()
        assert [("ana.r wrote", ())] == stage.room.asked("say")
