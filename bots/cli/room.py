"""`bots room`: the embedded room server as a program."""

import asyncio
import signal

import typer

from bots.cli.exits import Exit
from bots.cli.options import log_format_of
from bots.log import configure
from bots.server import RoomServer

__all__ = ["serve_rooms"]


def serve_rooms(host: str, port: int, *, app_id: str, app_key: str, fail_breakout_tokens: bool, log_format: str) -> int:
    """Serve until SIGINT or SIGTERM; both end it in order and are a success."""
    configure(log_format_of(log_format))
    asyncio.run(_serve(host, port, app_id, app_key, fail_breakout_tokens=fail_breakout_tokens))
    return Exit.DONE


async def _serve(host: str, port: int, app_id: str, app_key: str, *, fail_breakout_tokens: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with RoomServer(host, port, app_id=app_id, app_key=app_key) as server:
        server.breakouts.fail_tokens = fail_breakout_tokens
        typer.echo("The room server is up. To run playbooks against it, in another shell:\n")
        typer.echo(f"  export BOTS_API_URL={server.api_url}")
        typer.echo(f"  export BOTS_APP_ID={server.app_id}")
        typer.echo(f"  export BOTS_APP_KEY={server.app_key}")
        typer.echo("  bots run playbooks/demo.yaml\n")
        typer.echo(f"To join a room from a browser: {server.page_url}\n")
        typer.echo("Ctrl-C ends it.")
        await stop.wait()
