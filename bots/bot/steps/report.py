"""The step that writes the report: save."""

from pathlib import Path

from bots.bot.record.files import FILES, Report
from bots.bot.record.report import report_at
from bots.bot.rules.outcome import CannotDo
from bots.bot.rules.run import Run
from bots.bot.steps.kit import Kit
from bots.playbook import Save

__all__ = ["report_of", "save"]


def save(kit: Kit, step: Save, run: Run) -> None:
    """Write the files into the report's folder; without one, as in a simulation, only say what it would write.

    Raises:
        CannotDo: the folder takes no file.
    """
    folder, report = kit.spec.report_folder, report_of(kit)
    for name in step.files:
        if folder is not None:
            _write(Path(folder) / name, FILES[name](report))
        kit.log.info(
            "report_saved", rule=run.rule_id, step=step.path or step.kind, file=name,
            rows=len(report.rounds if name.startswith("groups") else report.people), is_written=folder is not None,
        )  # fmt: skip


def report_of(kit: Kit) -> Report:
    """The lesson up to now."""
    return report_at(kit.spec, kit.record, kit.clock.now())


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as cause:
        raise CannotDo(f"cannot write {path}: {cause.strerror}") from cause
