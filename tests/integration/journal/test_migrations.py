"""The tables that the migrations make are the tables that the program means."""

import pytest
from sqlalchemy import inspect, text

from bots.errors import JournalError
from bots.journal.database import open_database
from bots.journal.migrations import MIGRATIONS
from bots.journal.tables import METADATA


def test_the_migrations_make_the_tables_of_the_program(url: str) -> None:
    engine = open_database(url)
    found = inspect(engine)
    assert sorted(METADATA.tables) == sorted(found.get_table_names())
    for name, table in METADATA.tables.items():
        columns = {one["name"]: one for one in found.get_columns(name)}
        assert [column.name for column in table.columns] == list(columns)
        for column in table.columns:
            assert column.nullable is columns[column.name]["nullable"], f"{name}.{column.name}"
            assert column.type.python_type is columns[column.name]["type"].python_type, f"{name}.{column.name}"
        assert [key.name for key in table.primary_key] == found.get_pk_constraint(name)["constrained_columns"]
        assert sorted(str(index.name) for index in table.indexes) == sorted(
            str(index["name"]) for index in found.get_indexes(name)
        )
    engine.dispose()


def test_a_journal_that_is_up_to_date_is_left_alone(url: str) -> None:
    open_database(url).dispose()
    engine = open_database(url)
    with engine.connect() as connection:
        assert str(len(MIGRATIONS)) == connection.execute(text("SELECT value FROM meta")).scalar()
    engine.dispose()


def test_a_journal_of_a_newer_program_is_refused_and_left_as_it_is(url: str) -> None:
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = '99'"))
    engine.dispose()
    with pytest.raises(JournalError, match="version 99, and this version of bots knows"):
        open_database(url)


def test_a_journal_that_is_up_to_date_is_opened_while_somebody_writes(url: str) -> None:
    writer = open_database(url)
    with writer.begin() as connection:
        connection.execute(text("UPDATE meta SET value = value"))
        open_database(url).dispose()
    writer.dispose()
