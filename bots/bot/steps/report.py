"""The step that writes the report: save."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bots.bot.place.visitors import Visit
from bots.bot.rules.outcome import CannotDo
from bots.bot.rules.run import Run
from bots.bot.steps.kit import Kit
from bots.playbook import Save

__all__ = ["people_csv", "save"]

_HEAD = ("name", "id", "role", "is_bot", "first_in", "last_out", "minutes")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def save(kit: Kit, step: Save, run: Run) -> None:
    """Write the files into the report's folder; a simulation has none and only says what it would write.

    Raises:
        CannotDo: the folder takes no file.
    """
    folder = kit.spec.report_folder
    for name in step.files:
        visits = kit.presence.visitors.visits(kit.clock.now())
        if folder is not None:
            _write(Path(folder) / name, people_csv(visits))
        kit.log.info(
            "report_saved", rule=run.rule_id, step=step.path or step.kind, file=name, rows=len(visits),
            is_written=folder is not None,
        )  # fmt: skip


def people_csv(visits: Sequence[Visit]) -> str:
    """Who came: a head, and a line for each; instants in UTC, minutes with one decimal."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD)
    for visit in visits:
        person = visit.person
        writer.writerow(
            (
                _harmless(person.name), _harmless(person.id), person.role, "yes" if person.is_bot else "no",
                _instant(visit.first_in), _instant(visit.last_out), f"{visit.seconds / 60:.1f}",
            )
        )  # fmt: skip
    return out.getvalue()


def _instant(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _harmless(text: str) -> str:
    """A name that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as cause:
        raise CannotDo(f"cannot write {path}: {cause.strerror}") from cause
