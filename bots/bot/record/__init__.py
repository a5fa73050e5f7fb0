"""The record of a lesson: who was where and with whom, what was planned, what became of invites; and its files."""
