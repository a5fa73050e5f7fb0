"""One stay in a room, over however many connections."""
