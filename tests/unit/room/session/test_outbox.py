"""Requests that wait for answers, when connections come and go."""

from bots.room.session.outbox import Outbox
from bots.wire import Answer, BreakoutDefinition, CreateBreakout, LockRoom, SendData

OK = Answer(0)
SAY = SendData(msg="hello", broadcast=True)
CREATE = CreateBreakout(definition=BreakoutDefinition(participants=2))


async def test_what_is_not_answered_goes_over_the_next_connection_in_order() -> None:
    outbox = Outbox()
    said, locked = outbox.put(1, SAY), outbox.put(2, LockRoom(is_locked=True))
    outbox.sent(1)
    outbox.answered(1, OK)
    assert [(2, LockRoom(is_locked=True))] == outbox.to_send()
    assert (OK, False) == (said.result(), locked.done())


async def test_what_must_not_be_done_twice_is_not_sent_twice_to_a_server_that_does_not_know_it() -> None:
    outbox = Outbox()
    first, second = outbox.put(1, CREATE), outbox.put(2, CREATE)
    outbox.sent(1)
    assert [(1, CREATE), (2, CREATE)] == outbox.to_send(is_resumed=True)
    third = outbox.put(3, CREATE)
    assert [(3, CREATE)] == outbox.to_send(is_resumed=False)
    assert {1163} == {one.result().result for one in (first, second)}
    assert not third.done()


async def test_nobody_waits_after_the_end() -> None:
    outbox = Outbox()
    answer, forgotten = outbox.put(1, LockRoom(is_locked=True)), outbox.put(2, SAY)
    outbox.forget(2)
    outbox.sent(1)
    never_sent = outbox.put(3, LockRoom(is_locked=True))
    outbox.close(Answer(1163, "closed"))
    assert (1163, 1171, False) == (answer.result().result, never_sent.result().result, forgotten.done())


async def test_a_message_that_was_not_answered_before_the_end_may_be_said_elsewhere() -> None:
    outbox = Outbox()
    said = outbox.put(1, SAY)
    outbox.sent(1)
    outbox.close(Answer(1163, "closed"))
    assert 1171 == said.result().result
