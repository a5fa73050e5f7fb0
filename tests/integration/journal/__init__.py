"""The journal on real databases: every test of a store runs on SQLite and on PostgreSQL."""
