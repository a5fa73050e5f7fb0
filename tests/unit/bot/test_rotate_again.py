"""A rotation whose process was killed while the room was being asked: what was not done by then is done by the next."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from structlog.testing import capture_logs

from bots.bot import RoundPlayed, RunEnded
from bots.bot.rotation.conduct import REMIND_LINE
from tests.fakes.diary import FakeDiary
from tests.unit.bot.stage import TEACHER, Stage, on_stage
from tests.unit.bot.test_rotate import PUPILS, TERMS, come_out, go_in, invited, lesson


async def killed_while_it_closes(first: Stage) -> FakeDiary:
    """Everybody has come out before the round ends: then its rooms are closed and it is over, at one instant."""

    async def asked(room_ids: Sequence[str] | None = None) -> None:
        await asyncio.Event().wait()

    await first.pass_s(6)
    await go_in(first)
    await first.pass_s(100)
    await come_out(first)
    first.room.destroy_breakouts = asked  # type: ignore[method-assign]
    await first.pass_s(20)
    assert [] == first.told(RoundPlayed)
    diary = await first.kill()
    await first.clock.advance(2)
    return diary


async def test_a_round_that_ended_while_the_process_was_killed_is_closed_and_told() -> None:
    spec = lesson(is_remembered=True)
    first = Stage(spec, TEACHER, *PUPILS)
    diary = await killed_while_it_closes(first)
    with capture_logs() as lines:
        async with on_stage(spec, TEACHER, *PUPILS, clock=first.clock, diary=diary) as second:
            assert [(("br-1", "br-2"),)] == second.room.asked("destroy_breakouts")
            [played] = second.told(RoundPlayed)
            assert 6 == len(played.pairs)
            await second.pass_s(10)
            assert {one.client_id for one in PUPILS} == set(invited(second))
            assert 6 == sum(len(clients) for _, clients, _ in second.room.asked("invite"))
    assert [1, 2] == [line["round"] for line in lines if line["event"] == "round_ended"]


async def test_a_rotation_that_was_over_while_the_process_was_killed_is_told_to_be_over() -> None:
    spec = lesson(terms=replace(TERMS, rounds=1))
    first = Stage(spec, TEACHER, *PUPILS)
    diary = await killed_while_it_closes(first)
    with capture_logs() as lines:
        async with on_stage(spec, TEACHER, *PUPILS, clock=first.clock, diary=diary) as second:
            assert [(("br-1", "br-2"),)] == second.room.asked("destroy_breakouts")
            assert [("Welcome back.", ())] == second.room.asked("say")
            assert "finished" == second.told(RunEnded)[0].outcome
    assert ["round_ended", "rotation_ended"] == [
        line["event"] for line in lines if line["event"] in ("round_ended", "rotation_ended")
    ]


async def test_where_the_room_tells_nothing_who_was_invited_gets_a_line_and_no_second_invite() -> None:
    """They may have gone in while no process ran the session."""
    first = Stage(lesson(), TEACHER, *PUPILS)
    await first.pass_s(6)
    await go_in(first, "c1", "c2")
    diary = await first.kill()
    await first.clock.advance(2)
    async with on_stage(lesson(), TEACHER, *PUPILS, clock=first.clock, diary=diary) as second:
        await second.pass_s(100)
        assert [] == second.room.asked("invite")
        assert [] == second.room.asked("destroy_breakouts")
        reminded = [to for text, to in second.room.asked("say") if text == REMIND_LINE]
        assert {("c3",), ("c4",), ("c5",), ("c6",)} == set(reminded)
        assert 4 == len(reminded)
