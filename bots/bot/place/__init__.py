"""Where a bot is, who is with it, whom a step means, and when it goes by itself."""
