"""Whether and when a lost connection is tried again: decisions for each way in which it can be lost or refused."""

from random import Random

import pytest

from bots.errors import (
    ApiError,
    BotsError,
    BreakoutRefused,
    ConfigError,
    JoinRefused,
    NobodyListens,
    PublishRefused,
    RoomClosed,
)
from bots.room.reconnect import ENTRY_TRIES, FIRST_S, LONGEST_S, NEW_TOKENS, NOBODY_TRIES, Again, Entry, Outage, Over

LOST = RoomClosed("r", 2002, "the connection broke", retryable=True)
NOBODY = JoinRefused("r", 1161, "no room server answers", retryable=True)
LOST_ON_THE_WAY = JoinRefused("b", 1163, "the connection broke", retryable=True)


def outage(seed: int = 1) -> Outage:
    return Outage(Random(seed))


def refused(result: int) -> JoinRefused:
    return JoinRefused("r", result, "no")


def test_pauses_grow_to_a_limit_and_differ() -> None:
    one, other = outage(1), outage(2)
    pauses = [[here.begin(is_connected=False).after_s] for here in (one, other)]
    for here, found in zip((one, other), pauses, strict=True):
        for _ in range(9):
            step = here.failed(NOBODY, is_connected=False)
            assert isinstance(step, Again)
            found.append(step.after_s)
    for found in pauses:
        assert FIRST_S / 2 <= found[0] <= FIRST_S * 1.5
        assert max(found) <= LONGEST_S * 1.5
        assert all(pause >= LONGEST_S / 2 for pause in found[5:])
    assert pauses[0] != pauses[1]
    assert 10 == one.tries


def test_a_server_that_has_ended_is_given_up_after_some_tries_in_a_row() -> None:
    ended = NobodyListens("r", 1161, "nobody listens", retryable=True)
    one = outage()
    one.begin(is_connected=False)
    steps = [
        one.failed(error, is_connected=False)
        for error in [*[ended] * (NOBODY_TRIES - 1), NOBODY, *[ended] * NOBODY_TRIES]
    ]
    assert all(isinstance(step, Again) for step in steps[:-1])
    assert Over(2002, "nobody listens") == steps[-1]


@pytest.mark.parametrize("error", [NOBODY, LOST, PublishRefused("r", 1160, "no media")])
def test_what_may_pass_is_tried_again_with_the_same_token(error: BotsError) -> None:
    one = outage()
    one.begin(is_connected=False)
    step = one.failed(error, is_connected=False)
    assert isinstance(step, Again)
    assert "room" == step.how


@pytest.mark.parametrize("result", [4118, 4119, 2101, 1161])
def test_a_token_that_is_not_taken_any_more_is_replaced_until_new_ones_are_refused_too(result: int) -> None:
    one = outage()
    one.begin(is_connected=False)
    for _ in range(NEW_TOKENS):
        step = one.failed(refused(result), is_connected=False)
        assert isinstance(step, Again)
        assert "token" == step.how
    assert (Over(4118, "no")) == one.failed(refused(4118), is_connected=False)


def test_a_server_that_answers_is_asked_again_soon_with_a_new_token() -> None:
    one = outage()
    one.begin(is_connected=False)
    for _ in range(6):
        one.failed(NOBODY, is_connected=False)
    step = one.failed(refused(4118), is_connected=False)
    assert isinstance(step, Again)
    assert step.after_s <= FIRST_S * 1.5


def test_new_tokens_are_counted_anew_after_something_else_has_failed() -> None:
    one = outage()
    one.begin(is_connected=False)
    for error in [refused(4118)] * NEW_TOKENS + [NOBODY] + [refused(4118)] * NEW_TOKENS:
        assert isinstance(one.failed(error, is_connected=False), Again)


@pytest.mark.parametrize("result", [2101, 2102, 4121])
def test_a_room_without_a_place_may_have_one_later(result: int) -> None:
    one = outage()
    one.begin(is_connected=False)
    for _ in range(3):
        step = one.failed(refused(result), is_connected=False)
        assert isinstance(step, Again)
        assert "token" == step.how


@pytest.mark.parametrize("result", [1155, 1168, 1170, 2001, 4101, 1726])
def test_what_is_never_granted_is_not_asked_again(result: int) -> None:
    one = outage()
    one.begin(is_connected=False)
    assert Over(result, "no") == one.failed(refused(result), is_connected=False)


@pytest.mark.parametrize(
    "error",
    [
        ApiError("no such room", status=404),
        ConfigError("wrong credentials"),
        BreakoutRefused("b", 1729, "not invited"),
        RoomClosed("r", 2001, "disconnected-by-moderator"),
    ],
)
def test_what_is_over_is_over(error: BotsError) -> None:
    one = outage()
    one.begin(is_connected=False)
    assert isinstance(one.failed(error, is_connected=False), Over)


def test_a_server_api_that_is_away_is_asked_again() -> None:
    one = outage()
    one.begin(is_connected=False)
    one.failed(refused(4118), is_connected=False)
    step = one.failed(ApiError("not there", retryable=True), is_connected=False)
    assert isinstance(step, Again)
    assert "token" == step.how


def test_media_alone_are_renewed_three_times_before_everything_is() -> None:
    one = outage()
    steps = [one.begin(is_connected=True)]
    for _ in range(7):
        step = one.failed(PublishRefused("r", 1160, "no media"), is_connected=True)
        assert isinstance(step, Again)
        steps.append(step)
    assert ["media"] * 3 + ["room"] + ["media"] * 3 + ["room"] == [step.how for step in steps]


def test_who_was_lost_a_moment_ago_too_does_not_begin_with_short_pauses() -> None:
    assert Outage(Random(1), level=4).begin(is_connected=False).after_s >= LONGEST_S / 2


def test_who_is_taken_to_be_inside_still_tries_again() -> None:
    one = outage()
    one.begin(is_connected=False)
    step = one.failed(BreakoutRefused("b", 1729, "you are in it", retryable=True), is_connected=False)
    assert isinstance(step, Again)


@pytest.mark.parametrize("error", [NOBODY, LOST_ON_THE_WAY, PublishRefused("b", 1160, "no media")])
def test_the_first_way_into_a_breakout_is_tried_again_a_few_times(error: BotsError) -> None:
    entry = Entry(Random(1))
    pauses = [entry.again_s(error) for _ in range(ENTRY_TRIES)]
    assert None is pauses[-1]
    assert all(pause is not None and FIRST_S / 2 <= pause <= LONGEST_S * 1.5 for pause in pauses[:-1])


def test_what_may_follow_from_a_failure_on_the_way_in_is_no_refusal_then() -> None:
    inside, used = BreakoutRefused("b", 1729, "you are in it", retryable=True), refused(4118)
    for error in (inside, used):
        assert None is Entry(Random(1)).again_s(error)
        entry = Entry(Random(1))
        assert [True, True] == [entry.again_s(one) is not None for one in (LOST_ON_THE_WAY, error)]
    entry = Entry(Random(1))
    assert [True, False] == [entry.again_s(one) is not None for one in (LOST_ON_THE_WAY, refused(2001))]
