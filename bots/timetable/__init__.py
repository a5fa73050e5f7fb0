"""The playbooks of a folder: which sessions come, which are played here, and what became of the others."""

from bots.timetable.part import Part, Play
from bots.timetable.shelf import Book, Change, Shelf
from bots.timetable.status import BookStatus, Counts, EntryStatus, RunningStatus, Status
from bots.timetable.timetable import Timetable

__all__ = [
    "Book",
    "BookStatus",
    "Change",
    "Counts",
    "EntryStatus",
    "Part",
    "Play",
    "RunningStatus",
    "Shelf",
    "Status",
    "Timetable",
]
