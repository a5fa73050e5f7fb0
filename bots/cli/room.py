"""`bots room`: the embedded room server as a program."""

import asyncio
import signal
from pathlib import Path

import typer

from bots.cli.exits import Exit
from bots.cli.options import log_format_of
from bots.cli.provider import kept_recordings
from bots.log import configure
from bots.loop import run
from bots.server import RoomServer

__all__ = ["serve_rooms"]


def serve_rooms(
    host: str, port: int, *, app_id: str, app_key: str, fail_breakout_tokens: bool, recordings: str, webhook: str,
    capture: str, log_format: str,
) -> int:  # fmt: skip
    """Serve until SIGINT or SIGTERM; both end it in order and are a success.

    Args:
        recordings: the folder of recordings; the user's state folder if empty.
        webhook: where notifications are posted; nowhere if empty.
        capture: the file for what is said on the sockets; none if empty.

    Raises:
        ConfigError: the address cannot be bound, `webhook` is none, or `capture` cannot be written.
    """
    configure(log_format_of(log_format))
    server = RoomServer(
        host, port, app_id=app_id, app_key=app_key, recordings=Path(recordings) if recordings else kept_recordings(),
        webhook=webhook, capture=Path(capture) if capture else None,
    )  # fmt: skip
    server.breakouts.fail_tokens = fail_breakout_tokens
    run(_serve(server))
    return Exit.DONE


async def _serve(server: RoomServer) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        typer.echo("The room server is up. To run playbooks against it, in another shell:\n")
        typer.echo(f"  export BOTS_API_URL={server.api_url}")
        typer.echo(f"  export BOTS_APP_ID={server.app_id}")
        typer.echo(f"  export BOTS_APP_KEY={server.app_key}")
        typer.echo("  bots run playbooks/demo.yaml\n")
        typer.echo(f"To join a room from a browser: {server.page_url}\n")
        typer.echo("Ctrl-C ends it.")
        await stop.wait()
