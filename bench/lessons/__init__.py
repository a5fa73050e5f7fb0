"""Random lessons with rotations, simulated and judged from what could be seen: `python -m bench.lessons`."""
