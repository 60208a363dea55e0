"""What is wrong with a rule or a parameter: for those who write them, raised when the files are read, never while people wait."""


class RuleError(ValueError):
    """Names file, line and reason."""
