"""Who is asked whether a sound was heard, and what is made of the answers."""

from datetime import timedelta

from bots.bot import BotFailed, BotJoined, BreakoutEntered, BreakoutExited, Judge, Judged, PlayFinished
from bots.fleet import plan
from bots.fleet.proof import Proofs, Question, Verdict
from tests.unit.fleet.lesson import PROVIDER, START, playbook_of
from tests.unit.fleet.test_tally import play

BOTS = {"helper": {"role": "moderator", "listens": True}, "pupil": {"count": 3, "listens": True}, "mute": {"count": 1}}
LATER = timedelta(seconds=10)
SOUND = play(since=START + LATER, until=START + 2 * LATER)


def proofs(**joined_at_s: float) -> Proofs:
    found = Proofs(plan(playbook_of(bots=BOTS), provider=PROVIDER, room_id="main", starts_at=START))
    for bot, at_s in joined_at_s.items():
        bot_id = bot.replace("_", "-")
        found.apply(BotJoined(bot_id=bot_id, room_id="main", client_id=bot), START + timedelta(seconds=at_s))
    return found


def question(bot_id: str, sound: PlayFinished = SOUND) -> Question:
    return Question(
        bot_id,
        Judge(play_id=sound.play_id, clip=sound.clip, room_id=sound.room_id, since=sound.since, until=sound.until),
    )


def judged(bot_id: str, is_heard: bool | None, score: float = 0.0, reason: str | None = None) -> Judged:
    return Judged(bot_id=bot_id, play_id=SOUND.play_id, is_heard=is_heard, score=score, reason=reason)


NOW = START + 3 * LATER


def test_a_listening_bot_of_the_room_is_asked_and_its_yes_settles_it() -> None:
    found = proofs(helper=0, pupil_01=0, mute=0)
    assert [question("pupil-01")] == found.apply(SOUND, NOW)
    assert 1 == found.pending
    assert [Verdict(SOUND, True, 1, 0.9)] == found.apply(judged("pupil-01", True, 0.9), NOW)
    assert 0 == found.pending


def test_after_a_no_the_next_one_is_asked_and_all_noes_are_a_no() -> None:
    found = proofs(helper=0, pupil_01=0, pupil_02=0)
    found.apply(SOUND, NOW)
    assert [question("pupil-02")] == found.apply(judged("pupil-01", False, 0.2), NOW)
    reason = "2 listened and did not hear it"
    assert [Verdict(SOUND, False, 2, 0.2, reason)] == found.apply(judged("pupil-02", False, 0.1), NOW)


def test_where_nobody_listens_the_verdict_says_so() -> None:
    assert [Verdict(SOUND, None, reason="nobody in the room listens")] == proofs(helper=0, mute=0).apply(SOUND, NOW)


def test_a_sound_that_was_never_sent_is_not_asked_about() -> None:
    silent = play(packets=0)
    assert [Verdict(silent, None, reason="nothing was sent")] == proofs(pupil_01=0).apply(silent, NOW)


def test_only_those_who_were_there_all_the_while_are_asked() -> None:
    found = proofs(helper=0, pupil_01=15, pupil_02=10.9, pupil_03=0)
    found.apply(BreakoutEntered(bot_id="pupil-03", room_id="b"), START + timedelta(seconds=15))
    assert [question("pupil-02")] == found.apply(SOUND, NOW)


def test_a_sound_in_a_breakout_is_judged_by_those_in_it() -> None:
    found = proofs(helper=0, pupil_01=0, pupil_02=0)
    for bot_id, room in (("pupil-01", "red"), ("pupil-02", "blue")):
        found.apply(BreakoutEntered(bot_id=bot_id, room_id=room), START + timedelta(seconds=5))
    found.apply(BreakoutExited(bot_id="pupil-02", room_id="blue"), START + timedelta(seconds=20))
    inside = play(room_id="blue", is_breakout=True, since=SOUND.since, until=SOUND.until)
    assert [question("pupil-02", inside)] == found.apply(inside, NOW)


def test_a_bot_that_cannot_say_is_passed_over() -> None:
    found = proofs(pupil_01=0)
    found.apply(SOUND, NOW)
    assert [Verdict(SOUND, None, 1, None, "no ears")] == found.apply(judged("pupil-01", None, reason="no ears"), NOW)


def test_a_bot_that_is_gone_or_silent_is_passed_over() -> None:
    found = proofs(pupil_01=0, pupil_02=0)
    found.apply(SOUND, NOW)
    assert [question("pupil-02")] == found.apply(BotFailed(bot_id="pupil-01", stage="room", reason="lost"), NOW)
    reason = "pupil-02 did not answer"
    assert [Verdict(SOUND, None, 2, None, reason)] == found.give_up(question("pupil-02"))


def test_a_late_answer_changes_nothing() -> None:
    found = proofs(pupil_01=0, pupil_02=0)
    found.apply(SOUND, NOW)
    found.give_up(question("pupil-01"))
    assert [] == found.apply(judged("pupil-01", True), NOW)
    assert [] == found.give_up(question("pupil-01"))
