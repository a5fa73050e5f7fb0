"""The command line when things go wrong: a sentence that says what to do, and the exit code of the contract."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.program import PLAYBOOKS, Ended, Program, Provider, room_server

LESSON = """\
playbook: 1
name: Small class
timezone: Europe/Madrid
seed: 1
room: {create: {name: Small class, mode: group, max_active_talkers: 4, moderators: 1, participants: 4}}
schedule:
  - {id: lesson, every: [mon], at: 10:00, length: 60s}
bots:
  helper: {role: moderator, display_name: Helper}
  pupil: {role: participant, display_name: "Pupil {n}", count: 2}
"""
UNMET = LESSON.replace("60s", "3s") + "expect: {joined: 3, accepted: 1}\n"
ANSWER_LIMIT_S = 60.0  # it is 15 s on a machine that has nothing else to do

Run = Callable[..., Program]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """A `bots room` process that stays up for all tests of this module."""
    with room_server(tmp_path_factory.mktemp("room")) as (_, provider):
        yield provider


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Run]:
    """Start `bots` with arguments; whatever still runs at the end of the test is ended."""
    started: list[Program] = []

    def start_one(*arguments: str, **environment: str) -> Program:
        started.append(Program(*arguments, folder=tmp_path, environment=environment))
        return started[-1]

    yield start_one
    for program in started:
        program.close()


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    """A playbook of three bots that would stay for a minute."""
    return written(tmp_path, LESSON)


def written(folder: Path, text: str) -> Path:
    path = folder / "lesson.yaml"
    path.write_text(text)
    return path


def people_in_rooms(provider: Provider) -> list[int]:
    """How many people the server sees in each of its rooms."""
    with httpx.Client(auth=(provider.app_id, provider.app_key), trust_env=False) as http:
        rooms = http.get(f"{provider.api_url}/rooms").json()["rooms"]
        users = [http.get(f"{provider.api_url}/rooms/{room['room_id']}/users").json() for room in rooms]
    return [len(reply["users"]) for reply in users]


def until_joined(program: Program, count: int = 3) -> None:
    program.wait_for(f"{count} joined bots", lambda: len(program.events("room_joined")) == count)


# ---- a playbook that cannot mean anything


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ("display_name: Helper", "display_nam: Helper", '9:29: error[unknown-key] "display_nam" is not a key'),
        ("count: 2", "count: some", '10:64: error[wrong-type] "count" is a whole number'),
        ("Europe/Madrid", "Europe/Madird", '3:11: error[bad-zone] "Europe/Madird"'),
        ("seed: 1", "name: Another", '4:1: error[duplicate-key] "name" stands here twice'),
        ("name: Helper}", "name: Helper, microphone: {file: no.wav}}", ": error[missing-sound] no file 'no.wav'"),
    ],
)
def test_a_broken_playbook_is_refused_with_its_place(
    tmp_path: Path, start: Run, right: str, wrong: str, problem: str
) -> None:
    path = written(tmp_path, LESSON.replace(right, wrong, 1))
    ended = start("run", str(path)).end()
    assert 3 == ended.code
    assert f"{path}:" in ended.err
    assert problem in ended.err
    assert "^" in ended.err
    assert "Traceback" not in ended.err
    assert "" == ended.out


def test_every_problem_is_told_at_once(tmp_path: Path, start: Run) -> None:
    text = LESSON.replace("count: 2", "count: some").replace("Madrid\n", "Madird\n").replace("role: mod", "rol: mod")
    ended = start("lint", str(written(tmp_path, text)), "--format", "json").end()
    assert 3 == ended.code
    assert {"unknown-key", "wrong-type", "bad-zone"} <= {problem["id"] for problem in json.loads(ended.out)}


def test_a_file_that_only_looks_like_a_sound_is_named_before_anything_starts(tmp_path: Path, start: Run) -> None:
    (tmp_path / "speech.wav").write_text("this is a text\n")
    microphone = "name: Helper, microphone: {file: speech.wav}}"
    ended = start("run", str(written(tmp_path, LESSON.replace("name: Helper}", microphone)))).end()
    assert 3 == ended.code
    assert "speech.wav" in ended.err
    assert "Traceback" not in ended.err
    assert "" == ended.out


# ---- a wrong command line


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--session", "evening"), "'evening' is not in the schedule; it has lesson"),
        (("--only-bot", "nobody"), "'nobody' is no bot of this playbook; it has helper, pupil"),
        (("--set", "length"), "'length' is not NAME=VALUE"),
        (("--starts-in", "soon"), "'soon' is no time span"),
        (("--log-format", "xml"), "must be one of auto, text, json"),
        (("--nonsense",), "No such option"),
    ],
)
def test_a_wrong_option_is_answered_with_a_sentence(
    lesson: Path, start: Run, options: tuple[str, ...], sentence: str
) -> None:
    ended = start("run", str(lesson), *options, COLUMNS="200", TERMINAL_WIDTH="200").end()
    assert 2 == ended.code
    assert sentence in ended.err
    assert "" == ended.out


# ---- a provider that is not there, or does not know us


def test_half_a_configuration_is_refused(lesson: Path, start: Run) -> None:
    ended = start("run", str(lesson), BOTS_API_URL="http://127.0.0.1:1/video/v2").end()
    assert 4 == ended.code
    assert "BOTS_APP_ID" in ended.err
    assert "BOTS_APP_KEY" in ended.err
    assert "Traceback" not in ended.err


def test_a_wrong_key_is_told_within_seconds_and_never_shown(lesson: Path, start: Run, server: Provider) -> None:
    environment = {**server.environment, "BOTS_APP_KEY": "not-the-right-key"}
    ended = start("run", str(lesson), **environment).end(limit_s=ANSWER_LIMIT_S)
    assert 4 == ended.code
    assert "check BOTS_APP_ID and BOTS_APP_KEY" in ended.err
    assert "not-the-right-key" not in ended.err + ended.out
    assert "Traceback" not in ended.err


def test_a_server_that_is_not_there_is_told_within_seconds(lesson: Path, start: Run) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets the port meanwhile
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/video/v2"
        ended = start("run", str(lesson), BOTS_API_URL=url, BOTS_APP_ID="an-app", BOTS_APP_KEY="its-own-key").end(
            limit_s=ANSWER_LIMIT_S
        )
    assert 5 == ended.code
    assert "check BOTS_API_URL" in ended.err
    assert "Traceback" not in ended.err


def in_a_given_room(folder: Path) -> Path:
    created = next(line for line in LESSON.splitlines() if line.startswith("room:"))
    return written(folder, LESSON.replace(created, 'room: {id: "${ROOM}"}'))


@pytest.mark.parametrize("is_given", [True, False])
def test_a_server_that_says_nothing_is_given_up(tmp_path: Path, start: Run, is_given: bool) -> None:
    path = in_a_given_room(tmp_path) if is_given else written(tmp_path, LESSON)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/video/v2"
        program = start("run", str(path), BOTS_API_URL=url, BOTS_APP_ID="an-app", BOTS_APP_KEY="its-key", ROOM="r1")
        ended = program.end(limit_s=ANSWER_LIMIT_S)
    assert (5, ()) == (ended.code, ended.events("join_retried"))
    assert f"the Server API at {url} did not answer in time" in ended.err


def test_a_room_that_is_not_there_is_told_within_seconds(tmp_path: Path, start: Run, server: Provider) -> None:
    path = in_a_given_room(tmp_path)
    ended = start("run", str(path), **server.environment, ROOM="65f0c0ffee00000000000001").end(limit_s=ANSWER_LIMIT_S)
    assert 5 == ended.code
    assert "no such room" in ended.err + ended.out
    assert "Traceback" not in ended.err


# ---- a session that does not go as it should


def test_an_unmet_expectation_is_an_exit_code(tmp_path: Path, start: Run) -> None:
    ended = start("run", str(written(tmp_path, UNMET))).end(limit_s=30)
    assert 6 == ended.code
    [end] = ended.events("session_finished")
    assert "finished" == end["outcome"]
    assert {"joined": True, "accepted": False} == {one["counter"]: one["is_met"] for one in end["expect"]}
    assert "" == ended.err


def test_the_text_log_ends_with_what_was_met_and_what_was_not(tmp_path: Path, start: Run) -> None:
    ended = start("run", str(written(tmp_path, UNMET)), "--log-format", "text").end(limit_s=30)
    assert 6 == ended.code
    last = ended.out[ended.out.rindex("Small class/lesson@") :]
    assert "3 of 3 bots joined" in last
    assert "met     joined 3 by end: 3" in last
    assert "NOT MET accepted 1 by end: 0" in last


def test_one_bot_alone_waits_for_its_start(tmp_path: Path, start: Run) -> None:
    path = written(tmp_path, LESSON.replace("60s", "1s"))
    ended = start("run", str(path), "--only-bot", "pupil-02", "--starts-in", "2s", "--session", "lesson").end(
        limit_s=30
    )
    assert (0, "") == (ended.code, ended.err)
    first = ["playbook_loaded", "load_measured", "session_scheduled", "session_started"]
    assert first == [event["event"] for event in ended.log[:4]]
    assert ["pupil-02"] == [event["bot"] for event in ended.events("room_joined")]
    [scheduled], [started] = ended.events("session_scheduled"), ended.events("session_started")
    assert scheduled["starts_at"] <= started["timestamp"]


def test_a_session_that_is_stopped_before_its_start_ends_at_once(lesson: Path, start: Run) -> None:
    program = start("run", str(lesson), "--starts-in", "1h")
    program.wait_event("session_scheduled")
    program.signal(signal.SIGINT)
    ended = program.end(limit_s=10)
    assert 0 == ended.code
    assert "stopped" == ended.events("session_finished")[0]["outcome"]
    assert () == ended.events("room_joined")


def test_a_room_server_that_dies_ends_the_session_early(tmp_path: Path, lesson: Path, start: Run) -> None:
    (folder := tmp_path / "dying").mkdir()
    with room_server(folder) as (server, provider):
        program = start("run", str(lesson), **provider.environment)
        until_joined(program)
        server.signal(signal.SIGKILL)
        ended = program.end(limit_s=90)  # bots look half a minute for a server that may only be restarted
    assert 8 == ended.code
    [end] = ended.events("session_finished")
    assert "ended_early" == end["outcome"]
    assert ended.log[-1] == end
    assert {"helper", "pupil-01", "pupil-02"} == {event["bot"] for event in ended.events("bot_failed")}
    assert 3 == len(end["errors"])
    assert "Traceback" not in ended.err


# ---- stopping


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_lets_every_bot_leave_in_order(
    lesson: Path, start: Run, server: Provider, number: signal.Signals
) -> None:
    program = start("run", str(lesson), **server.environment)
    until_joined(program)
    assert 3 in people_in_rooms(server)
    program.signal(number)
    ended = program.end(limit_s=20)
    assert 0 == ended.code
    assert 3 == len(ended.events("room_left", cause="stopped"))
    assert "stopped" == ended.events("session_finished")[0]["outcome"]
    assert [] == [count for count in people_in_rooms(server) if count]
    assert "once more to stop at once" in ended.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_two_signals_stop_at_once(tmp_path: Path, start: Run, number: signal.Signals, code: int) -> None:
    shutil.copy(PLAYBOOKS / "audio" / "chatter.ogg", tmp_path)
    slow = "name: Helper, timeline: [{at: start, do: [{play: talk}]}]}"  # the first signal waits for its end
    text = LESSON.replace("name: Helper}", slow) + "audio: {talk: {file: chatter.ogg}}\n"
    program = start("run", str(written(tmp_path, text)))
    program.wait_event("audio_started")
    program.signal(number)
    program.wait_for("a word about stopping", lambda: "once more" in program.err)
    asked_s = time.monotonic()
    program.signal(number)
    ended = program.end(limit_s=10)
    assert code == ended.code
    assert time.monotonic() - asked_s < 5
    assert "Traceback" not in ended.err


def test_the_room_server_ends_in_order_on_ctrl_c(tmp_path: Path) -> None:
    with room_server(tmp_path, "--port", "0") as (server, _):
        server.signal(signal.SIGINT)
        ended = server.end(limit_s=10)
    assert 0 == ended.code
    assert "" == ended.err


def test_a_port_that_is_taken_is_told(server: Provider, start: Run) -> None:
    ended = start("room", "--port", server.api_url.split(":")[2].split("/")[0]).end()
    assert 4 == ended.code
    assert "try another one" in ended.err


# ---- the other commands


def test_every_playbook_passes_lint(start: Run) -> None:
    ended = start("lint", str(PLAYBOOKS)).end()
    assert (0, "") == (ended.code, ended.err), ended.out
    files = [path.read_text("utf-8").splitlines() for path in PLAYBOOKS.rglob("*.yaml")]
    playbooks = [lines for lines in files if "playbook: 1" in lines]  # others are tests, or are used by these
    assert f"{len(playbooks)} playbooks, no problems\n" == ended.out


def test_the_schema_is_one_json_document(start: Run) -> None:
    ended = start("schema").end()
    assert (0, "") == (ended.code, ended.err)
    assert json.loads(ended.out)["$schema"].endswith("2020-12/schema")


def test_the_versions_name_bots_python_and_the_libraries(start: Run) -> None:
    ended = start("version").end()
    assert (0, "") == (ended.code, ended.err)
    assert ["bots", "python", "aiortc"] == [line.split()[0] for line in ended.out.splitlines()][:3]


def test_help_names_every_command_and_comes_quickly(start: Run) -> None:
    ended = best_of(3, lambda: start("--help").end())
    assert 0 == ended.code
    assert all(f" {name} " in ended.out for name in ("run", "lint", "schema", "room", "version"))
    assert ended.duration_s < 1.5  # 0.3 s on an idle machine; a busy one must not fail this


@pytest.mark.parametrize("command", [("--help",), ("lint", "playbooks"), ("schema",)])
def test_commands_that_play_nothing_do_not_load_the_media_stack(command: tuple[str, ...]) -> None:
    heavy = {"aiortc", "av", "aioice", "numpy", "uvicorn", "httpx", "websockets"}
    program = (
        "import contextlib, io, sys\n"
        "from bots.cli.main import app\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    app({list(command)!r})\n"
        f"print(*sorted({heavy!r} & set(sys.modules)))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=PLAYBOOKS.parent, check=False
    )
    assert (0, "", "") == (answer.returncode, answer.stderr, answer.stdout.strip())


def best_of(times: int, run: Callable[[], Ended]) -> Ended:
    return min((run() for _ in range(times)), key=lambda ended: ended.duration_s)
