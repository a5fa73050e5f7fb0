"""What fires, under which condition, and how a run ends."""
