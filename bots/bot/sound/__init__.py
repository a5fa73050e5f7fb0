"""What a bot lets others hear, and what it hears of them."""
