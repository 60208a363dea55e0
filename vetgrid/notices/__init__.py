"""This domain is notices (消息): what people are told, through which channel, with a log that says honestly what became of it."""
