"""Offers and candidates as they travel."""

import json
from typing import Any

import pytest

from bots.room.peers import _candidate, _without_candidates

CANDIDATE = "candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host"
OFFER = (
    f"v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na={CANDIDATE}\r\na={CANDIDATE}\r\na=end-of-candidates\r\na=mid:0\r\n"
)


def test_candidates_leave_the_offer_and_travel_alone_each_once() -> None:
    offer, candidates = _without_candidates(OFFER)
    assert "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n" == offer
    assert [CANDIDATE] == candidates


BODY = {"sdpMLineIndex": 0, "sdpMid": "audio", "candidate": f"a={CANDIDATE}"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (BODY, CANDIDATE),
        ({**BODY, "candidate": CANDIDATE}, CANDIDATE),
        (json.dumps(BODY), CANDIDATE),
        (f"a={CANDIDATE}", CANDIDATE),
        ({**BODY, "candidate": "end"}, "end"),
        ("{no json", ""),
        (json.dumps([]), "[]"),
        ({"candidate": 3}, ""),
        (None, ""),
    ],
)
def test_a_servers_candidate_is_read_in_every_form(body: Any, expected: str) -> None:
    assert expected == _candidate({"type": "candidate", "candidate": body})
