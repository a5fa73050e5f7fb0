"""The command `bots`: one module a command. Composes the rest; nobody imports it."""
