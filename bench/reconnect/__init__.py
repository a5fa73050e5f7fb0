"""What happens to a bot when its network fails: real faults on loopback, and what came of them."""
