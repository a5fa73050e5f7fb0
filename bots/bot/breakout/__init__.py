"""Invites to breakout rooms: the decision, and the answer at its time."""
