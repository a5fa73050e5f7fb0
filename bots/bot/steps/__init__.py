"""What each step does. `perform.Performer` matches them all; one module a family does the work."""
