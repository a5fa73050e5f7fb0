"""Benches of the sound: what a playing bot costs, against whom, and how evenly its packets leave."""
