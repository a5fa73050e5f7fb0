"""The step rotate in a room: what the bot opens, invites, says, closes and logs."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from structlog.testing import capture_logs

from bots.bot import BotSpec, ClipPlay, RotationPlan, RoundPlayed, RoundStands, RunEnded, Terms, WarningPlan
from bots.errors import RequestRefused
from bots.playbook import RosterEntry, Template
from bots.room import BreakoutDestroyed, BreakoutJoined, BreakoutLeft, InviteRejected, Participant, ParticipantLeft
from tests.unit.bot.stage import TEACHER, Stage, on_stage, spec_of, timeline

PUPILS = tuple(Participant(client_id=f"c{n}", name=f"Pupil {n}", user_ref=f"p{n}") for n in range(1, 7))
TERMS = Terms(rounds=2, length_s=120, shortest_s=60, gap_s=10, no_show_s=20, warnings_s=(30.0,), capacity=5)


def lesson(**values: object) -> BotSpec:
    settings = {
        "terms": TERMS,
        "pattern": "mix",
        "group_size": 3,
        "warnings": (WarningPlan(say=Template("Half a minute.")),),
    }
    plan = RotationPlan(name="talk", **{**settings, **values})  # type: ignore[arg-type]
    entries = (timeline(5, {"rotate": "talk"}, {"say": "Welcome back."}), timeline(400, {"log": "later"}))
    return spec_of(role="moderator", rotations={"talk": plan}, timeline=entries)


def invited(stage: Stage) -> dict[str, str]:
    """Client -> the breakout they were invited to last."""
    return {client: room_id for room_id, clients, _ in stage.room.asked("invite") for client in clients}


async def go_in(stage: Stage, *clients: str) -> None:
    for client in clients or tuple(one.client_id for one in PUPILS):
        stage.room.push(BreakoutJoined(client, invited(stage)[client]))
    await stage.pass_s()


def depart(stage: Stage, client: str) -> None:
    left = stage.room.participants[client]
    stage.room.participants = {key: who for key, who in stage.room.participants.items() if key != client}
    stage.room.push(ParticipantLeft(left))


async def come_out(stage: Stage) -> None:
    for client, room_id in invited(stage).items():
        stage.room.push(BreakoutLeft(client, room_id))
    await stage.pass_s()


async def test_who_is_told_late_to_be_out_of_the_round_before_is_not_invited_twice_to_this_one() -> None:
    async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        await go_in(stage)
        earlier = invited(stage)["c1"]
        await stage.pass_s(120)
        await come_out(stage)
        await stage.pass_s(11)
        before = len(stage.room.asked("invite"))
        assert earlier != invited(stage)["c1"]
        stage.room.push(BreakoutLeft("c1", earlier))
        await stage.pass_s(5)  # before those are reminded who have not followed
        assert before == len(stage.room.asked("invite"))


async def test_everybody_is_invited_to_a_group_warned_called_back_and_invited_to_the_next() -> None:
    with capture_logs() as lines:
        async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
            await stage.pass_s(6)
            first = invited(stage)
            assert {one.client_id for one in PUPILS} == set(first)
            assert {"br-1": 3, "br-2": 3} == {room: list(first.values()).count(room) for room in ("br-1", "br-2")}
            await go_in(stage)
            await stage.pass_s(88)
            assert [] == stage.room.asked("say")
            await stage.pass_s(2)
            assert [("Half a minute.", ())] == stage.room.asked("say")
            await stage.pass_s(30)
            assert [(("br-1", "br-2"),)] == stage.room.asked("destroy_breakouts")
            await come_out(stage)
            await stage.pass_s(10)
            second = invited(stage)
            assert {"br-3", "br-4"} == set(second.values())
            await go_in(stage)
            await stage.pass_s(121)
            await come_out(stage)
            await stage.pass_s(1)
            assert [("Welcome back.", ())] == stage.room.asked("say")[-1:]
            assert "finished" == stage.told(RunEnded)[0].outcome
    told = [line["event"] for line in lines if line["event"].startswith(("round_", "rotation_"))]
    assert [
        "rotation_planned",
        "round_started",
        "round_ended",
        "round_started",
        "round_ended",
        "rotation_ended",
    ] == told
    [planned] = [line for line in lines if line["event"] == "rotation_planned"]
    assert (1, 2, 6, 2) == tuple(planned[name] for name in ("round", "rounds", "people", "rooms"))
    assert planned["repeats"] == planned["bound"] > 0  # two groups of three cannot be mixed without


async def test_a_class_that_comes_all_at_once_after_the_rotation_has_begun_to_wait_is_grouped() -> None:
    async with on_stage(lesson(), TEACHER) as stage:
        await stage.pass_s(10)
        assert [] == stage.room.asked("create_breakouts")
        for pupil in PUPILS:
            stage.room.arrive(pupil)
        await stage.pass_s(1)
        assert {one.client_id for one in PUPILS} == set(invited(stage))


async def test_who_watches_is_told_how_the_round_stands() -> None:
    async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        stands = stage.told(RoundStands)[-1]
        assert ("running", 1, 2, 2, 6, 6) == (
            stands.phase, stands.round, stands.rounds, stands.rooms, stands.people, len(stands.missing),
        )  # fmt: skip
        assert timedelta(seconds=119) == stands.until - stage.clock.now()
        await go_in(stage, *(one.client_id for one in PUPILS[:5]))
        assert 1 == len(stage.told(RoundStands)[-1].missing)
        await go_in(stage, PUPILS[5].client_id)
        assert () == stage.told(RoundStands)[-1].missing
        await stage.pass_s(120)
        assert "closing" == stage.told(RoundStands)[-1].phase
        await come_out(stage)
        assert ("waiting", 1) == (stage.told(RoundStands)[-1].phase, stage.told(RoundStands)[-1].round)
    assert "over" == stage.told(RoundStands)[-1].phase


async def test_who_does_not_come_is_reminded_in_private_and_a_lone_person_is_given_to_the_others() -> None:
    async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        rooms = invited(stage)
        red = [client for client, room in rooms.items() if room == "br-1"]
        await go_in(stage, *(client for client, room in rooms.items() if room == "br-2"), red[0])
        await stage.pass_s(10)
        assert {("br-1", (client,), False) for client in red[1:]} <= set(stage.room.asked("invite"))
        assert {(client,) for client in red[1:]} == {to for text, to in stage.room.asked("say") if "waiting" in text}
        stage.room.push(InviteRejected("br-1", red[1]))
        await stage.pass_s(10)
        assert [(("br-1",),)] == stage.room.asked("destroy_breakouts")
        stage.room.push(BreakoutLeft(red[0], "br-1"))
        await stage.pass_s(1)
        assert "br-2" == invited(stage)[red[0]]


async def test_who_has_come_in_while_the_journal_was_slow_is_not_reminded() -> None:
    async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        plain, is_kept = stage.diary.noted, asyncio.Event()

        async def slow(run: int, place: str, detail: Any) -> None:
            await is_kept.wait()
            await plain(run, place, detail)

        stage.diary.noted = slow  # type: ignore[method-assign]
        await stage.pass_s(10)
        before = len(stage.room.asked("invite"))
        await go_in(stage, "c1", "c2")
        is_kept.set()
        await stage.pass_s()
        reminded = [client for _, clients, _ in stage.room.asked("invite")[before:] for client in clients]
        assert {"c3", "c4", "c5", "c6"} == set(reminded)
        assert {("c3",), ("c4",), ("c5",), ("c6",)} == {to for _, to in stage.room.asked("say")}


async def test_nobody_waits_for_a_reminder_until_the_room_has_answered_the_one_before() -> None:
    async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        plain, asked, is_answered = stage.room.invite, list[str](), asyncio.Event()

        async def slow(room_id: str, client_ids: Sequence[str], *, force: bool = False) -> None:
            asked.extend(client_ids)
            await is_answered.wait()
            await plain(room_id, client_ids, force=force)

        stage.room.invite = slow  # type: ignore[method-assign]
        await stage.pass_s(10)
        assert {one.client_id for one in PUPILS} == set(asked)
        is_answered.set()


async def test_what_happens_at_one_instant_is_written_down_once() -> None:
    async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        written: list[str] = []
        note, remember = stage.diary.note, stage.diary.remember

        def noting(run: int, place: str, detail: Any) -> None:
            written.append("note")
            note(run, place, detail)

        def remembering(facts: Mapping[str, Any]) -> None:
            written.append("facts")
            remember(facts)

        stage.diary.note, stage.diary.remember = noting, remembering  # type: ignore[method-assign]
        await go_in(stage)
        assert ["facts", "note"] == written
        run = (await stage.kill()).past.runs[0]
        people = run.steps["0"].detail["course"]["round"]["people"]
        assert {"there"} == {known["state"] for known in people.values()}


async def test_a_breakout_that_ended_is_opened_again_for_who_comes_back() -> None:
    async with on_stage(lesson(terms=replace(TERMS, then="wait")), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        await go_in(stage)
        client = "c1"
        room_id = invited(stage)[client]
        gone = [one.client_id for one in PUPILS if invited(stage)[one.client_id] == room_id]
        for one in gone:
            depart(stage, one)
        stage.room.push(BreakoutDestroyed(room_id))
        await stage.pass_s(5)
        stage.room.arrive(Participant(client_id="c1-again", name="Pupil 1", user_ref="p1"))
        stage.room.arrive(Participant(client_id="c2-again", name="Pupil 2", user_ref="p2"))
        await stage.pass_s(1)
        assert "br-3" == invited(stage)["c1-again"]


async def test_rooms_that_cannot_be_opened_are_told_and_the_rotation_goes_on_without_that_round() -> None:
    with capture_logs() as lines:
        async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
            stage.room.refuses["create_breakouts"] = RequestRefused("create-breakout-room", 1731, "no room")
            await stage.pass_s(6)
            stage.room.refuses.clear()
            await stage.pass_s(10)
            assert {one.client_id for one in PUPILS} == set(invited(stage))
    assert ["no room" in line["reason"] for line in lines if line["event"] == "breakout_failed"] == [True]
    assert [1] == [line["round"] for line in lines if line["event"] == "round_skipped"]


async def test_with_a_sound_a_player_goes_into_each_group() -> None:
    warning = WarningPlan(sound=ClipPlay(name="bell", path="bell.wav"))
    async with on_stage(lesson(warnings=(warning,)), TEACHER, *PUPILS) as stage:
        seen: list[dict[str, str]] = []

        async def stand_in(rooms: dict[str, str]) -> None:
            seen.append(dict(rooms))

        stage.bot._parts.kit.heralds.stand_in = stand_in  # type: ignore[assignment,method-assign]
        await stage.pass_s(6)
        assert [{"Group 1": "br-1", "Group 2": "br-2"}] == seen


async def test_a_second_rotation_beside_the_first_fails() -> None:
    spec = lesson()
    entries = (*spec.timeline, timeline(20, {"rotate": "talk"}, label="second"))
    async with on_stage(
        spec_of(role="moderator", rotations=spec.rotations, timeline=entries), TEACHER, *PUPILS
    ) as stage:
        await stage.pass_s(25)
        assert ["second"] == [event.rule for event in stage.told(RunEnded) if event.outcome == "failed"]


async def test_the_log_tells_where_somebody_belongs_before_it_tells_that_they_were_invited_there() -> None:
    terms = replace(TERMS, capacity=3, rounds=1)
    with capture_logs() as lines:
        async with on_stage(lesson(terms=terms, group_size=None, rooms=1), TEACHER, *PUPILS) as stage:
            await stage.pass_s(6)
            assert {"br-1": 3, "br-2": 3} == {
                room: list(invited(stage).values()).count(room) for room in ("br-1", "br-2")
            }
    told = [
        line
        for line in lines
        if line["event"] in ("group_changed", "breakout_invited") and line.get("why") != "reminder"
    ]
    belongs = {line["participant"]: number for number, line in enumerate(told) if line["event"] == "group_changed"}
    invites = {
        one: number for number, line in enumerate(told) if line["event"] == "breakout_invited" for one in line["people"]
    }
    assert 3 == len(belongs)
    assert all(belongs[one] < invites[one] for one in belongs)


async def test_who_cannot_be_seated_by_the_rules_is_named_and_the_others_are_grouped() -> None:
    apart = (("p1", "p2", "p3", "p4"),)
    with capture_logs() as lines:
        async with on_stage(lesson(keep_apart=apart, group_size=3), TEACHER, *PUPILS) as stage:
            await stage.pass_s(8)
            assert {"c1", "c2", "c5", "c6"} == set(invited(stage))
    told = [line for line in lines if line["event"] == "person_left_out"]
    assert ("c4", "rules exclude each other") == (told[0]["participant"], told[0]["reason"])
    assert {"c1", "c2", "c3", "c4"} == set(told[0]["people"])


async def test_more_rooms_are_opened_where_the_rules_need_them() -> None:
    async with on_stage(lesson(keep_apart=(("p1", "p2", "p3"),), group_size=3), TEACHER, *PUPILS) as stage:
        await stage.pass_s(8)
        rooms = invited(stage)
        assert 6 == len(rooms)
        assert 3 == len({rooms["c1"], rooms["c2"], rooms["c3"]}) == len(set(rooms.values()))


async def test_rules_name_people_as_the_roster_or_the_room_does() -> None:
    """Ids, aliases and names of the roster, and display names of who is not on it, mean the same people."""
    roster = (RosterEntry(id="ana.r", name="Ana Ruiz", aliases=("Anita",)), RosterEntry(id="luis.m", name="Luis Mora"))
    people = [
        Participant(client_id="c-ana", name="anita"),
        Participant(client_id="c-luis", name="Luis  Mora"),
        Participant(client_id="c-bo", name="Bo"),
        Participant(client_id="c-cy", name="Cy"),
    ]
    for pair in (("Ana Ruiz", "luis.m"), ("ana.r", "bo"), ("Bo", "CY")):
        spec = replace(lesson(keep_together=(pair,), group_size=2), roster=roster)
        async with on_stage(spec, TEACHER, *people) as stage:
            await stage.pass_s(6)
            rooms = invited(stage)
            chosen = {"Ana Ruiz": "c-ana", "ana.r": "c-ana", "luis.m": "c-luis"}
            clients = [chosen.get(name, f"c-{name.casefold()}") for name in pair]
            assert rooms[clients[0]] == rooms[clients[1]], pair


async def test_two_who_bear_one_name_are_two_people() -> None:
    people = [Participant(client_id=f"c{number}", name="Ana") for number in range(4)]
    async with on_stage(lesson(group_size=2), TEACHER, *people) as stage:
        await stage.pass_s(6)
        assert {"c0", "c1", "c2", "c3"} == set(invited(stage))


async def test_somebody_here_twice_is_one_person_and_stays_in_when_one_connection_ends() -> None:
    people = [*PUPILS[:5], Participant(client_id="c1-phone", name="Pupil 1", user_ref="p1")]
    async with on_stage(lesson(), TEACHER, *people) as stage:
        await stage.pass_s(6)
        rooms = invited(stage)
        assert ("c1" in rooms) != ("c1-phone" in rooms)
        inside = "c1" if "c1" in rooms else "c1-phone"
        (other,) = {"c1", "c1-phone"} - {inside}
        await go_in(stage, *rooms)
        before = len(stage.room.asked("invite"))
        depart(stage, other)
        await stage.pass_s(2)
        assert before == len(stage.room.asked("invite"))


async def test_somebody_who_says_who_they_are_keeps_their_group() -> None:
    roster = (RosterEntry(id="ana.r", name="Ana Ruiz"), RosterEntry(id="luis.m", name="Luis Mora"))
    people = [Participant(client_id=f"c-{name}", name=name) for name in ("anni", "bo", "cy", "di")]
    spec = replace(lesson(group_size=2), roster=roster)
    with capture_logs() as lines:
        async with on_stage(spec, TEACHER, *people) as stage:
            await stage.pass_s(6)
            rooms = invited(stage)
            await go_in(stage, "c-bo", "c-cy", "c-di")
            presence = stage.bot._parts.kit.presence
            presence.claim(presence.parent.participants["c-anni"], "Ana Ruiz")
            stage.room.push(BreakoutJoined("c-anni", rooms["c-anni"]))
            await stage.pass_s(120)
            await come_out(stage)
            await stage.pass_s(11)
            assert {"c-anni", "c-bo", "c-cy", "c-di"} == set(invited(stage))
    second = [line["groups"] for line in lines if line["event"] == "round_started"][1]
    assert 1 == sum(group.count("ana.r") for group in second.values())
    assert 4 == sum(map(len, second.values()))
    assert [] == [line for line in lines if line["event"] == "group_changed"]


async def test_again_plays_the_groups_of_that_round_once_more_and_a_second_rotation_mixes_anew() -> None:
    spec = lesson()
    entries = (timeline(5, {"rotate": "talk"}, {"rotate": {"plan": "talk", "again": "round-1"}}, {"rotate": "talk"}),)
    spec = replace(spec, timeline=entries, ends_at=spec.starts_at + timedelta(minutes=30))
    with capture_logs() as lines:
        async with on_stage(spec, TEACHER, *PUPILS) as stage:
            await stage.pass_s(6)
            await go_in(stage)
            depart(stage, "c6")
            for _ in range(5):
                await stage.pass_s(121)
                await come_out(stage)
                await stage.pass_s(10)
                await go_in(stage, *stage.room.participants.keys() & invited(stage).keys())
    started = [line for line in lines if line["event"] == "round_started"]
    assert [1, 2, 1, 1, 2] == [line["round"] for line in started]
    groups = [[sorted(set(group) - {"c6"}) for group in line["groups"].values()] for line in started]
    assert groups[0] == groups[2]
    assert sorted(groups[0]) != sorted(groups[3])


async def test_every_invite_is_followed_to_its_end() -> None:
    with capture_logs() as lines:
        async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
            await stage.pass_s(7)
            await go_in(stage, "c1", "c2", "c3", "c4")
            stage.room.push(InviteRejected(invited(stage)["c5"], "c5"))
            await stage.pass_s(25)
    found = [line for line in lines if line["event"] == "group_answered"][:6]
    accepted = [(f"c{number}", "accepted", 2.0) for number in (1, 2, 3, 4)]
    assert [*accepted, ("c5", "rejected", 2.0), ("c6", "ignored", 20.0)] == sorted(
        (line["participant"], line["answer"], line["waited_s"]) for line in found
    )


async def test_an_invite_that_cannot_be_sent_is_sent_again_and_given_up_in_the_end() -> None:
    with capture_logs() as lines:
        async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
            stage.room.refuses["invite"] = RequestRefused("invite-breakout-room", 1155, "no such room")
            await stage.pass_s(8)
            assert {} == invited(stage)
            stage.room.refuses.clear()
            await stage.pass_s(2)
            assert {one.client_id for one in PUPILS} == set(invited(stage))
            stage.room.refuses["invite"] = RequestRefused("invite-breakout-room", 1155, "no such room")
            await go_in(stage, "c1", "c2", "c3", "c4", "c5")
            await stage.pass_s(3)
            stage.room.push(BreakoutLeft("c1", invited(stage)["c1"]))
            await stage.pass_s(9)
    failed = [line for line in lines if line["event"] == "group_answered" and line["answer"] == "failed"]
    assert "c1" in {line["participant"] for line in failed if line["round"] == 1}


async def test_rooms_that_cannot_be_closed_are_called_empty() -> None:
    async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        await go_in(stage)
        stage.room.refuses["destroy_breakouts"] = RequestRefused("destroy-breakout-rooms", 1155, "not known")
        await stage.pass_s(120)
        called = {to for text, to in stage.room.asked("say") if "come back" in text}
        assert {(one.client_id,) for one in PUPILS} == called


async def test_who_is_left_inside_by_a_server_that_only_says_that_it_closes_rooms_is_called_back() -> None:
    async with on_stage(lesson(), TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        await go_in(stage)
        await stage.pass_s(120)
        stage.room.push(BreakoutLeft("c1", invited(stage)["c1"]))
        await stage.pass_s(1)
        assert [] == [to for text, to in stage.room.asked("say") if "come back" in text]
        await stage.pass_s(3)
        [called] = [to for text, to in stage.room.asked("say") if "come back" in text]
        assert {one.client_id for one in PUPILS} - {"c1"} == set(called)


async def test_who_was_really_together_is_remembered_by_ids_and_the_next_lesson_mixes_others() -> None:
    guest = Participant(client_id="c-guest", name="Guest")
    spec = lesson(group_size=2, is_remembered=True, terms=replace(TERMS, rounds=1))
    async with on_stage(spec, TEACHER, *PUPILS, guest) as stage:
        await stage.pass_s(6)
        rooms = invited(stage)
        late = next(client for client in rooms if list(rooms.values()).count(rooms[client]) == 2)
        await go_in(stage, *(client for client in rooms if client != late))
        await stage.pass_s(90)
        await go_in(stage, late)
        await stage.pass_s(31)
        await come_out(stage)
        [played] = stage.told(RoundPlayed)
        groups = {room: [c.replace("c", "p") for c in rooms if rooms[c] == room] for room in rooms.values()}
    expected = {
        tuple(sorted((one, other)))
        for group in groups.values()
        for one in group
        for other in group
        if one < other and not {late.replace("c", "p"), "p-guest"} & {one, other}
    }
    assert expected
    assert expected == set(played.pairs)
    again = lesson(group_size=2, met=tuple((one, other, 1.0) for one, other in expected))
    async with on_stage(again, TEACHER, *PUPILS) as stage:
        await stage.pass_s(6)
        rooms = invited(stage)
        assert all(rooms[one.replace("p", "c")] != rooms[other.replace("p", "c")] for one, other in expected)
