"""Who is talking, and who plays in which slot of whom. Pure: levels and instants in, slots out.

A slot is not a person: the server plugs the current talkers into a receiver's slots 1..n (signalling.md section 5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["HANGOVER_S", "LOUD_LEVEL", "Voice", "assign_slots", "rank"]

LOUD_LEVEL = 50  # RFC 6464 level, -dBov: 0 is the loudest, 127 silence; a packet up to this one is speech
HANGOVER_S = 0.8  # a pause within speech is shorter than this


@dataclass(slots=True)
class Voice:
    """What is known of one member's speech; instants are monotonic seconds."""

    client_id: str
    started_at: float = 0.0
    loud_at: float = float("-inf")

    @property
    def has_spoken(self) -> bool:
        return self.loud_at != float("-inf")

    def is_talking(self, now: float) -> bool:
        return now - self.loud_at <= HANGOVER_S

    def hear(self, level: int, now: float) -> bool:
        """Take the level of one packet; true if this is the beginning of speech."""
        if level > LOUD_LEVEL:
            return False
        begins = not self.is_talking(now)
        if begins:
            self.started_at = now
        self.loud_at = now
        return begins

    def forget(self) -> None:
        """After a mute: the member is nobody's talker until it speaks again."""
        self.loud_at = float("-inf")


def rank(voices: Iterable[Voice], now: float) -> list[str]:
    """The client ids worth a slot, best first.

    Who talks comes before who has talked. Among those who talk, whoever began first stays: a third voice does not
    cut off the first two. Among the silent, the latest talker comes first. Who never spoke is not in the list.
    """
    spoken = [voice for voice in voices if voice.has_spoken]
    talking = sorted((v for v in spoken if v.is_talking(now)), key=lambda v: (v.started_at, v.client_id))
    silent = sorted((v for v in spoken if not v.is_talking(now)), key=lambda v: (-v.loud_at, v.client_id))
    return [voice.client_id for voice in (*talking, *silent)]


def assign_slots(before: Mapping[int, str], ranking: Sequence[str], slots: int, *, listener: str) -> dict[int, str]:
    """The talkers in a listener's slots 1..`slots`; who stays keeps the slot.

    Args:
        before: slot -> client id so far.
        ranking: client ids, best first.
        slots: how many slots this listener has.
        listener: never hears itself.
    """
    wanted = [client_id for client_id in ranking if client_id != listener][:slots]
    after = {slot: who for slot, who in before.items() if who in wanted and slot <= slots}
    free = (slot for slot in range(1, slots + 1) if slot not in after)
    for who in wanted:
        if who not in after.values():
            after[next(free)] = who
    return after
