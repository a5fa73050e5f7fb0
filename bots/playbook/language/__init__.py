"""Conditions and texts: what they may say, and the facts that they know."""
