"""The PostgreSQL server of the journal's tests."""

from tests.integration.journal.conftest import postgres

__all__ = ["postgres"]
