"""Do: what people and tasks do with benefits and with the values that decide them."""
