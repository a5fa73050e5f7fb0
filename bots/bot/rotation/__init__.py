"""A rotation at work: rounds of groups in breakout rooms, with everything that people do in between."""
