"""Hostile messages on the signalling socket, by seed: nothing crashes, nobody hears what is not theirs to hear."""
