"""The playbooks that come with bots do what they promise, in rooms that somebody else made, with people in them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bots.room import BreakoutDefinition, ServerApi
from tests.e2e.guest import Guest, until
from tests.e2e.program import Ended, Program, Provider, room_server

LESSON = {"length": "28s", "groups_at": "7s", "warning": "15s", "back": "12s"}  # of classroom.yaml
VISIT = {"length": "22s"}  # of greeter.yaml
REHEARSAL = {"length": "24s", "arrival": "3s"}  # of rehearsal.yaml
LOUD = 300.0  # root mean square of int16 samples; silence has less than 10
PUPILS = ("Ana", "Leo", "Mar")
COME_BACK = "Please come back to the main room."


@dataclass
class Story:
    """What people saw of one playbook, and what it left behind."""

    ended: Ended | None = None
    chat: dict[str, list[str]] = field(default_factory=dict)
    loudness: dict[str, float] = field(default_factory=dict)

    @property
    def end(self) -> Ended:
        assert self.ended is not None
        return self.ended


@dataclass(frozen=True)
class House:
    """A room server with its API, and a folder for logs."""

    provider: Provider
    api: ServerApi
    folder: Path

    async def room(self, name: str, **settings: object) -> str:
        defaults = {"mode": "group", "max_active_talkers": 6, "moderators": 2, "participants": 30}
        return await self.api.create_room({"name": name, "owner_ref": "test", "settings": {**defaults, **settings}})

    @asynccontextmanager
    async def running(
        self, playbook: str, room_id: str, inputs: dict[str, str], story: Story
    ) -> AsyncIterator[Program]:
        """Run a playbook; its end is awaited at the end of the block."""
        sets = [word for name, value in inputs.items() for word in ("--set", f"{name}={value}")]
        environment = {**self.provider.environment, "ROOM": room_id}
        program = Program(
            "run", f"playbooks/{playbook}", "--log-format", "json", *sets, folder=self.folder, environment=environment
        )
        try:
            yield program
            story.ended = await asyncio.to_thread(program.end, limit_s=60)
        finally:
            program.close()


async def visit(house: House) -> Story:
    """Two people come to the greeter, one after the other; the first asks for help; both go."""
    story, room_id = Story(), await house.room("Doors")
    async with house.running("greeter.yaml", room_id, VISIT, story) as program:
        await until("the greeter is there", lambda: bool(program.events("room_joined")))
        async with Guest.join(house.api, room_id, "Vera") as vera:
            await until("a sound for Vera", lambda: vera.loudness(1) > LOUD)
            story.loudness["Vera"] = vera.loudness(1)
            await until("a welcome for Vera", lambda: any("Vera" in line for line in vera.chat))
            await vera.room.say("!help")
            await until("an answer to Vera", lambda: len(vera.chat) == 2)
            async with Guest.join(house.api, room_id, "Otto") as otto:
                await until("a welcome for Otto", lambda: any("Otto" in line for line in otto.chat))
            story.chat = {"Vera": vera.chat, "Otto": otto.chat}
    return story


async def lesson(house: House) -> Story:
    """Three pupils come to the lesson, go to their group when invited, and come back when called."""
    story, room_id = Story(), await house.room("9B")
    async with house.running("classroom.yaml", room_id, LESSON, story) as program, AsyncExitStack() as stack:
        await until("the helper is there", lambda: bool(program.events("room_joined")))
        pupils = [await stack.enter_async_context(Guest.join(house.api, room_id, name)) for name in PUPILS]
        await until("the music of the lobby", lambda: pupils[0].loudness(1) > LOUD)
        story.loudness["lobby"] = pupils[0].loudness(1)
        async with asyncio.TaskGroup() as group:
            for pupil in pupils:
                group.create_task(_learn(pupil))
        await pupils[0].room.say("!help me")
        await until("goodbye", lambda: bool(program.events("audio_started", clip="goodbye")))
        await until("the helper has left", lambda: "Class helper" not in pupils[0].names)
        story.chat = dict(zip(PUPILS, (pupil.chat for pupil in pupils), strict=True))
    return story


async def _learn(pupil: Guest) -> None:
    """Follow the invite, and come back when called, as people do."""
    await until("an invite", lambda: bool(pupil.room.invites))
    [room_id] = pupil.room.invites
    await pupil.enter(room_id)
    await until("a call back", lambda: COME_BACK in pupil.chat)
    await pupil.room.leave_breakout()


async def rehearse(house: House) -> Story:
    """A teacher meets 26 synthetic pupils: calls the roll, listens, sends twelve of them to groups and ends those."""
    story, room_id = Story(), await house.room("Hall")
    async with (
        Guest.join(house.api, room_id, "Teacher", role="moderator") as teacher,
        house.running("rehearsal.yaml", room_id, REHEARSAL, story) as program,
    ):
        await until("all pupils", lambda: len(program.events("room_joined")) == 26)
        await until("the murmur", lambda: teacher.loudness(1) > LOUD)
        story.loudness["Teacher"] = teacher.loudness(1)
        await teacher.room.say("!roll")
        await until("all answers", lambda: len(teacher.chat) == 24)
        story.chat["Teacher"] = teacher.chat
        rooms = await teacher.room.create_breakouts(BreakoutDefinition(participants=5, max_rooms=2))
        people = sorted(teacher.room.participants.values(), key=lambda person: (person.role, person.name))
        talkers = [one for one in people if one.name.startswith("Talker")]
        pupils = [one for one in people if one.name.startswith("Pupil")]
        for number, breakout in enumerate(rooms):
            invited = [talkers[number], *pupils[number * 4 : number * 4 + 4]]
            await teacher.room.invite(breakout, [one.client_id for one in invited])
        await until("all decisions", lambda: _decided(program) == 10)
        await until("all moves", lambda: _moved(program))
        await teacher.room.destroy_breakouts(rooms)
    return story


def _decided(program: Program) -> int:
    return len(program.events("invite_accepted")) + len(program.events("invite_ignored"))


def _moved(program: Program) -> bool:
    return len(program.events("breakout_joined")) == len(program.events("invite_accepted"))


async def _play_all(folder: Path) -> dict[str, Story]:
    """All of them at once, each in its own room."""
    with room_server(folder) as (_, provider):
        async with ServerApi(provider.api_url, provider.app_id, provider.app_key) as api:
            house = House(provider, api, folder)
            stories = await asyncio.gather(visit(house), lesson(house), rehearse(house))
    return dict(zip(("greeter", "classroom", "rehearsal"), stories, strict=True))


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Story]:
    """Everything is played once; the tests read what was seen."""
    return asyncio.run(_play_all(tmp_path_factory.mktemp("playbooks")))


# ---- what all of them promise


@pytest.mark.parametrize("playbook", ["greeter", "classroom", "rehearsal"])
def test_a_playbook_runs_to_its_end_without_a_fault(stories: dict[str, Story], playbook: str) -> None:
    ended = stories[playbook].end
    assert (0, "") == (ended.code, ended.err)
    [end] = ended.events("session_finished")
    assert ("finished", [], 0) == (end["outcome"], end["errors"], end["counts"]["errors"])
    assert [] == [event for event in ended.log if event["level"] != "info"]


# ---- greeter


def test_the_greeter_welcomes_who_is_no_bot_by_sound_and_by_name(stories: dict[str, Story]) -> None:
    story = stories["greeter"]
    assert "Welcome, Vera! Write !help if you need anything." == story.chat["Vera"][0]
    assert ["Welcome, Otto! Write !help if you need anything."] == story.chat["Otto"]
    assert story.loudness["Vera"] > LOUD
    assert 2 == len(story.end.events("audio_finished", clip="audio/welcome.ogg", outcome="finished"))


def test_the_greeter_answers_a_call_for_help_in_private(stories: dict[str, Story]) -> None:
    story = stories["greeter"]
    assert "I have called somebody, Vera." in story.chat["Vera"]
    assert not any("called somebody" in line for line in story.chat["Otto"])
    assert "Vera asks for help" in {event["text"] for event in story.end.events("note_logged")}


def test_the_greeter_notes_when_the_last_one_has_left(stories: dict[str, Story]) -> None:
    notes = [event["text"] for event in stories["greeter"].end.events("note_logged")]
    assert ["the last one has left"] == [note for note in notes if note != "Vera asks for help"]


# ---- classroom


def test_the_lesson_tells_its_pupils_what_comes(stories: dict[str, Story]) -> None:
    for name in PUPILS:
        lines = stories["classroom"].chat[name]
        wanted = ["Good morning!", "Two minutes left", COME_BACK, "Welcome back."]
        told = [next(start for start in wanted if line.startswith(start)) for line in lines if _is_one(line, wanted)]
        assert wanted == told


def _is_one(line: str, starts: list[str]) -> bool:
    return any(line.startswith(start) for start in starts)


def test_the_lesson_plays_music_until_the_groups_and_three_sounds_later(stories: dict[str, Story]) -> None:
    story = stories["classroom"]
    assert story.loudness["lobby"] > LOUD
    sounds = {(event["clip"], event["outcome"]) for event in story.end.events("audio_finished")}
    finished = {(clip, "finished") for clip in ("bell", "welcome-back", "goodbye")}
    assert {("lobby", "stopped"), *finished} == sounds
    assert all(event["delivered"] for event in story.end.events("audio_finished"))


def test_the_lesson_opens_its_groups_and_ends_when_everybody_is_back(stories: dict[str, Story]) -> None:
    log = stories["classroom"].end
    assert ["rojo", "azul", "verde"] == [event["breakout"] for event in log.events("breakout_created")]
    invited = [event["people"] for event in log.events("breakout_invited")]
    assert [1, 1, 1] == [len(people) for people in invited]  # three pupils are shared out over three groups
    assert 3 == len({person for people in invited for person in people})
    assert 3 == len(log.events("breakout_destroyed"))
    assert () == log.events("people_missing")
    assert {"finished"} == {event["outcome"] for event in log.events("step_finished")}


def test_a_question_is_answered_to_who_asked(stories: dict[str, Story]) -> None:
    chat = stories["classroom"].chat
    assert "I have told your teacher, Ana." in chat["Ana"]
    assert "I have told your teacher, Ana." not in chat["Leo"] + chat["Mar"]


# ---- rehearsal


def test_every_synthetic_pupil_answers_the_roll_call(stories: dict[str, Story]) -> None:
    names = [f"Pupil {number:02} is here" for number in range(1, 25)]
    assert names == sorted(stories["rehearsal"].chat["Teacher"])


def test_the_synthetic_talkers_are_heard(stories: dict[str, Story]) -> None:
    assert stories["rehearsal"].loudness["Teacher"] > LOUD


def test_synthetic_pupils_follow_invites_and_come_back(stories: dict[str, Story]) -> None:
    log = stories["rehearsal"].end
    accepted = {event["bot"] for event in log.events("invite_accepted")}
    assert {"talker-01", "talker-02"} <= accepted
    assert accepted == {event["bot"] for event in log.events("breakout_joined")}
    assert accepted == {event["bot"] for event in log.events("breakout_left")}
    assert len(accepted) >= 6  # of ten; the pupils among them accept nine times in ten
