"""The settings of rooms: the table checks and describes them alike, and the documents show them."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

import bots
from bots.server.provisioning.refusal import ApiRefusal
from bots.server.provisioning.settings import SETTINGS, read_settings, settings_kept, settings_schema

DOCUMENT = Path(bots.__file__).parent.parent / "docs" / "server-api.md"
LATER = "2026-04-01 09:00:00"
TAKES = Draft202012Validator(settings_schema())
KEEPS = Draft202012Validator(settings_kept())
VALUES: dict[str, list[Any]] = {
    "scheduled_time": [LATER, "2026-4-1 9:00:00", "tomorrow", "2026-02-30 09:00:00", 5],
    "duration": [1, 60, "60", "060", " 60", "٦٠", 0, 99_999, 100_000, 60.0, 60.5, True, None, "an hour"],
    "moderators": [1, 5, "5", 0, 6, True, 1.0],
    "participants": [0, "0", 99_999, "99999", 100_000, -1, "-1", "many", "1_000"],
    "max_active_talkers": [1, 16, "16", 17, True],
    "mode": ["group", "lecture", "party", None, ["group"]],
    "role_based_recording": [{}, {"moderator": "audio"}, {"moderator": "video"}, {"chair": "audio"}, "audio", None],
    "live_recording": [{"auto_recording": True, "url": "x"}, {"auto_recording": "yes"}, {"url": 5}],
    "live_transcription": [{"language": "english_us"}, {"enable": 1}],
    "media_zone": ["IN", "SG", "US", "DE", "XX", "EU"],
    "billing_code": ["", "x" * 4096, "x" * 4097, 7],
    "nothing": [True],
}


def refused(settings: dict[str, Any]) -> int:
    try:
        read_settings(settings)
    except ApiRefusal as no:
        return no.result if no.status == 400 and no.desc else -1
    return 0


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in VALUES.items() for value in values])
def test_what_the_description_allows_is_taken_and_nothing_else(key: str, value: Any) -> None:
    settings = {key: value, **({"duration": 60, "scheduled": True} if key == "scheduled_time" else {})}
    assert TAKES.is_valid(settings) == (refused(settings) == 0)


@given(
    st.dictionaries(
        st.sampled_from(sorted(SETTINGS)),
        st.booleans() | st.integers(-2, 20) | st.sampled_from(["SD", "group", "XX", "5", LATER, ""]) | st.none(),
    )
)
def test_the_description_and_the_checks_agree_on_whatever_comes(settings: dict[str, Any]) -> None:
    assert TAKES.is_valid(settings) == (refused(settings) == 0)
    if TAKES.is_valid(settings):
        KEEPS.validate(read_settings(settings))


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"scheduled": True, "scheduled_time": LATER}, 10010),
        ({"scheduled": True, "duration": 60}, 10004),
        ({"scheduled": True, "adhoc": True, "scheduled_time": LATER, "duration": 60}, 10003),
        ({"scheduled": True, "scheduled_time": "9999-12-31 23:59:59", "duration": 60}, 10006),
        ({"scheduled_time": "2026-02-30 09:00:00"}, 10006),
        ({"colour": "red", "auto_recording": 1}, 10009),
    ],
)
def test_a_room_that_cannot_be_is_refused_with_its_code(settings: dict[str, Any], code: int) -> None:
    assert code == refused(settings)


def test_a_part_of_a_setting_that_is_not_named_takes_its_default() -> None:
    settings = read_settings({"role_based_recording": {"moderator": "audio"}})
    assert {"moderator": "audio", "participant": "audiovideo"} == settings["role_based_recording"]


def test_the_newer_spelling_wins_over_the_older_one() -> None:
    settings = read_settings({"wait_moderator": True, "wait_for_moderator": False})
    assert settings["wait_for_moderator"] is False


def test_the_document_has_each_setting_with_its_default_and_code() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \| ([^|]+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    shown = {name: (default.strip("` "), code.strip()) for name, default, code in rows if name in SETTINGS}
    assert {name: (_written(one.default), str(one.code)) for name, one in SETTINGS.items()} == shown


def _written(default: object) -> str:
    match default:
        case None | "":
            return "none" if default is None else "empty"
        case bool():
            return str(default).lower()
        case dict():
            return ", ".join(f"{key}: {_written(value)}" for key, value in default.items())
        case _:
            return str(default)
