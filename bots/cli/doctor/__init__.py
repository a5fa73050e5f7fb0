"""`bots doctor`: what this machine and the room server are fit for, and what it does otherwise than written."""
