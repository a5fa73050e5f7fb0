"""Steps that people hear and read: say, play, mute, unmute, log."""

from bots.bot.contract.clip import ClipPlay
from bots.bot.contract.messages import Said, SignalSent
from bots.bot.contract.ports import RoomPort
from bots.bot.contract.spec import sound_key
from bots.bot.rules.run import Run
from bots.bot.steps.begun import Begun
from bots.bot.steps.kit import Kit
from bots.errors import RequestRefused
from bots.media import speech_path
from bots.playbook import Log, Mute, Play, Say, SendSignal, Unmute

__all__ = ["log", "mute", "play", "say", "signal"]

_NOT_DONE = 1171  # the room was over before it was done


async def say(kit: Kit, step: Say, run: Run) -> None:
    """Write a chat line in the room that the run is about; to some only where the step names them."""
    text = step.text.fill(kit.scope(run.firing))
    room = kit.room_of(run)
    try:
        is_said = await _say(kit, step, run, room, text)
    except RequestRefused as refused:
        before, room = room, kit.room_of(run)
        if refused.result != _NOT_DONE or room is before:
            raise
        is_said = await _say(kit, step, run, room, text)  # the breakout ended while its connection was lost
    if is_said:
        kit.emit(Said(bot_id=kit.spec.id, room_id=room.room_id))
    if step.aloud:  # its name is no text of the chat: it is logged
        spoken = ClipPlay(name="speech", path=speech_path(*kit.spec.speech, text))
        await kit.sound.play(spoken, rule=run.rule_id, step=step.path or step.kind, if_playing=step.if_playing)


async def _say(kit: Kit, step: Say, run: Run, room: RoomPort, text: str) -> bool:
    """Whether there was anybody to say it to."""
    if step.to == ("everyone",):
        await room.say(text)
        return True
    people = kit.people(step.to, run, room)
    if people:
        await room.say(text, to=[person.client_id for person in people])
    return bool(people)


async def play(kit: Kit, step: Play, run: Run, begun: Begun) -> None:
    """Play into the breakout if the bot is in one, else into the parent; or into all breakouts at once."""
    clip, where = kit.spec.sounds[sound_key(step)], step.path or step.kind
    if step.within == "here":
        room_id = await kit.sound.play(clip, rule=run.rule_id, step=where, if_playing=step.if_playing)
        if clip.is_looped and room_id is not None:
            begun.note({"room": room_id})  # it plays on in another life, too
        return
    await kit.heralds.stand_in(kit.presence.breakout_names)
    await kit.heralds.play(clip, rule=run.rule_id, step=where)


async def mute(kit: Kit, step: Mute | Unmute, run: Run) -> None:
    """Take or give back the microphone: one's own, everybody's, or somebody's."""
    is_muting = isinstance(step, Mute)
    room = kit.room_of(run)
    for name in step.who:
        if name == "me":
            here = kit.presence.here
            await (here.mute() if is_muting else here.unmute())
        elif name == "room":
            await (room.hard_mute() if is_muting else room.hard_unmute())
        else:
            await _mute_people(kit, room, (name,), run, is_muting=is_muting)


async def _mute_people(kit: Kit, room: RoomPort, who: tuple[str, ...], run: Run, *, is_muting: bool) -> None:
    for person in kit.people(who, run, room):
        await (room.hard_mute(person.client_id) if is_muting else room.hard_unmute(person.client_id))


def signal(kit: Kit, step: SendSignal, run: Run, begun: Begun) -> None:
    """Tell all bots of the session; each hears it in its turn, this one too, and once, however often it is sent."""
    kit.log.info("signal_sent", rule=run.rule_id, step=step.path or step.kind, signal=step.name)
    kit.emit(SignalSent(bot_id=kit.spec.id, name=step.name, key=f"{kit.spec.id}/{run.number}/{begun.place}"))


def log(kit: Kit, step: Log, run: Run) -> None:
    """Write the text into the log, as data."""
    kit.log.info(
        "note_logged",
        rule=run.rule_id,
        step=step.path or step.kind,
        text=step.text.fill(kit.scope(run.firing)),
    )
