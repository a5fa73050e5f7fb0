"""`bots doctor`: is all well here, and with `--live`: what does the room server do otherwise than written?"""

import json

import structlog
import typer

from bots import __version__
from bots.bot import Provider
from bots.cli.doctor.live import examine_room, report_of
from bots.cli.doctor.machine import examine_machine
from bots.cli.exits import Exit
from bots.cli.provider import VARIABLES, provider_of
from bots.errors import ConfigError
from bots.log import hide
from bots.loop import run

__all__ = ["examine"]

_QUIET = 40  # errors: what is found out is the output


def examine(playbook: str, *, is_live: bool, room_id: str, as_json: bool) -> int:
    """Look, and print what was found.

    Raises:
        ConfigError: `is_live` without a provider, or with wrong credentials.
        ApiError, JoinRefused, PublishRefused: `is_live`, and the room cannot be visited.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_QUIET))
    provider = provider_of()
    if provider is not None:
        hide(provider.app_key)
    if not is_live:
        if room_id:
            raise typer.BadParameter("only with --live", param_hint="--room")
        return run(_machine(provider, playbook, as_json=as_json))
    if playbook:
        raise typer.BadParameter("a room is looked at without a playbook", param_hint="PLAYBOOK")
    if provider is None:
        raise ConfigError(f"--live looks at your room server: set {', '.join(VARIABLES)}")
    return run(_live(provider, room_id, as_json=as_json))


async def _machine(provider: Provider | None, playbook: str, *, as_json: bool) -> int:
    checks = await examine_machine(provider, playbook)
    bad = [check for check in checks if not check.is_well]
    if as_json:
        told = [{"about": one.about, "is_well": one.is_well, "words": one.words} for one in checks]
        typer.echo(json.dumps({"doctor": "machine", "bots": __version__, "checks": told}, indent=2))
    else:
        for check in checks:
            typer.echo(f"{'ok  ' if check.is_well else 'BAD '} {check.about:12s} {check.words}")
        typer.echo("all is well" if not bad else f"{len(bad)} of {len(checks)} not well")
    return bad[0].exit_code if bad else Exit.DONE


async def _live(provider: Provider, room_id: str, *, as_json: bool) -> int:
    visit = await examine_room(provider, room_id)
    report = report_of(visit, provider)
    if as_json:
        typer.echo(json.dumps(report, indent=2))
    else:
        typer.echo(f"bots {__version__}, {report['at']}: {report['api']}, a {report['room']} room")
        typer.echo(visit.found.text())
        if report["differs"]:
            typer.echo("please send this report (it has no keys, tokens, names or room ids) to the makers of bots")
    return Exit.DONE
