"""`bots fmt`: the canonical layout of playbooks, written into the files."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import typer

from bots.cli.exits import Exit
from bots.cli.files import counted, playbooks_in
from bots.cli.programs import print_json
from bots.errors import PlaybookError
from bots.playbook import format_text, read_file

__all__ = ["format_paths"]


def format_paths(paths: Sequence[str], *, check: bool, as_json: bool = False) -> int:
    """Lay out all playbooks in `paths`, or only say which are not; 3 if one cannot be, or with `check` is not."""
    files = playbooks_in(paths, parts=True)
    changed, refused = list[str](), dict[str, str]()
    for file in files:
        name = str(file)
        try:
            is_changed = _format(file, check=check)
        except PlaybookError as error:
            refused[name] = str(error)
        except OSError as error:
            refused[name] = f"{file} cannot be written: {error.strerror}"
        else:
            changed += [name] if is_changed else []
        if as_json:
            continue
        if name in refused:
            typer.echo(refused[name], err=True)
        elif is_changed:
            typer.echo(f"would be laid out anew: {file}" if check else f"laid out anew: {file}")
    untouched = len(files) - len(changed) - len(refused)
    if as_json:
        print_json({"is_written": not check, "changed": changed, "untouched": untouched, "refused": refused})
    else:
        typer.echo(
            f"{counted(len(changed), 'playbook')} changed, {untouched} as they should be, {len(refused)} refused"
        )
    return Exit.PLAYBOOK if refused or (check and changed) else Exit.DONE


def _format(file: Path, *, check: bool) -> bool:
    data, problem = read_file(file)
    if problem is not None:
        raise PlaybookError([problem])
    new = format_text(data, file=str(file)).encode()
    if new != data and not check:
        _replace(file.resolve(), new)
    return new != data


def _replace(file: Path, data: bytes) -> None:
    """Whole or not at all: a full disk leaves the old file."""
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as scratch:
        try:
            scratch.write(data)
            scratch.close()
            os.chmod(scratch.name, file.stat().st_mode & 0o7777)  # noqa: PTH101 -- a name, not a path
            os.replace(scratch.name, file)  # noqa: PTH105 -- the same
        except BaseException:
            Path(scratch.name).unlink(missing_ok=True)
            raise
