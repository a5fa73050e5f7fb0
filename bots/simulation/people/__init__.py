"""The people of a simulation: planned from a seed or told what to do, then lived through the same `Room` as a bot."""
