"""What a bot agrees with its fleet and its provider: values that travel, and the shape of what it needs."""
