"""A room's sound to files while it is recorded, and what is told of them afterwards."""
