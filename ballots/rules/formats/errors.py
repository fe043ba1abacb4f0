"""What is wrong with a file, in one sentence."""


class BadFile(ValueError):
    """A file that cannot be counted. ``str()`` is a sentence: the line (from 1), where there is one, and the reason."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        """Keep the reason and the line apart for callers, together for readers."""
        super().__init__(f"Line {line}: {reason}" if line else reason[:1].upper() + reason[1:])
        self.reason = reason
        self.line = line
