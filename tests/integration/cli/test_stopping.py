"""Ctrl-C: once in order, twice now; a process of its own, for signals go to processes."""

import signal
import subprocess
import sys
import textwrap

import pytest

PROGRAM = """
    import asyncio
    from bots.cli.stopping import Stop

    stop = Stop()

    async def inner():
        try:
            await asyncio.sleep(600)
        finally:
            print("inner", flush=True)

    async def main():
        inside = asyncio.create_task(inner())
        print("up", flush=True)
        try:
            await stop.asked.wait()
            print("asked", flush=True)
            await inside
        except asyncio.CancelledError:
            print("outer", flush=True)
            raise
        finally:
            inside.cancel()
            await asyncio.gather(inside, return_exceptions=True)

    stop.run(main)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_second_signal_cuts_the_work_short_from_the_outside_in(number: signal.Signals, code: int) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    assert program.stdout is not None
    assert "up\n" == program.stdout.readline()
    program.send_signal(number)
    assert "asked\n" == program.stdout.readline()
    program.send_signal(number)
    out, err = program.communicate(timeout=30)
    assert ["inner", "outer"] == sorted(out.split())
    assert code == program.returncode
    assert "once more to stop at once" in err


STUBBORN = PROGRAM.replace('print("inner", flush=True)', 'print("inner", flush=True); await asyncio.sleep(600)')


def test_the_third_signal_ends_the_process_wherever_it_is_without_a_traceback() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(STUBBORN)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    assert program.stdout is not None
    for said in ("up\n", "asked\n", "inner\n"):
        assert said == program.stdout.readline()
        program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=30)
    assert 130 == program.returncode
    assert "stopping: bots leave their rooms; once more to stop at once\n" == err


def test_what_is_imported_is_out_of_the_way_of_the_garbage_collector() -> None:
    """A full collection holds up all bots; it looks only at what sessions have made."""
    program = """
        import gc
        from bots.cli.stopping import Stop

        async def main():
            return len(gc.get_objects()), gc.get_freeze_count()

        print(*Stop().run(main))
    """
    looked_at, left_alone = map(int, subprocess.check_output([sys.executable, "-c", textwrap.dedent(program)]).split())
    assert looked_at < left_alone / 10
