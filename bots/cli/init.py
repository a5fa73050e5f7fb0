"""`bots init`: a first playbook with its sounds."""

from importlib.resources import files
from pathlib import Path

import typer

from bots.cli.exits import Exit
from bots.cli.programs import print_json
from bots.errors import ConfigError

__all__ = ["TEMPLATES", "write_template"]

TEMPLATES = ("classroom", "greeter", "rehearsal")


def write_template(folder: str, *, template: str, as_json: bool = False) -> int:
    """Write a template and its sounds; nothing at all if one of its files is there already (2).

    Raises:
        ConfigError: the folder cannot be written.
    """
    if template not in TEMPLATES:
        raise typer.BadParameter(f"must be one of {', '.join(TEMPLATES)}", param_hint="--template")
    target = Path(folder)
    parts = template_files(template)
    try:
        there = [name for name in parts if (target / name).exists() and not _is_there(target / name, parts[name])]
        if there:
            message = f"{', '.join(there)} in {target} would be overwritten; name another folder, or move them."
            raise typer.BadParameter(f"{message} Nothing was written.", param_hint="DIR")
        for name, data in parts.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}. Name another folder.") from error
    playbook, written = target / f"{template}.yaml", [str(target / name) for name in parts]
    if as_json:
        print_json({"template": template, "files": written})
        return Exit.DONE
    typer.echo(f"Wrote {', '.join(written)}.\n")
    told = {
        f"explain {playbook}": "tells the lesson in plain English",
        f"lint {playbook}": "checks it after each change",
        f"test {folder}": "plays it with people who come, write and go, and compares",
        f"run {playbook}": "plays it; its first lines say how to try it",
    }
    width = max(map(len, told))
    for command, what in told.items():
        typer.echo(f"  bots {command:{width}}  {what}")
    return Exit.DONE


def _is_there(file: Path, data: bytes) -> bool:
    """Is it there already as it would be written?"""
    return file.is_file() and file.read_bytes() == data


def template_files(template: str) -> dict[str, bytes]:
    """The files of a template by their names in the folder: the playbook, its test, the sounds that it names."""
    root = files("bots.cli") / "templates"
    text, tests = (root / f"{template}.yaml").read_bytes(), (root / f"{template}.test.yaml").read_bytes()
    sounds = sorted(path.name for path in (root / "audio").iterdir() if f"audio/{path.name}".encode() in text)
    texts = {f"{template}.yaml": text, f"{template}.test.yaml": tests}
    return {**texts, **{f"audio/{name}": (root / "audio" / name).read_bytes() for name in sounds}}
