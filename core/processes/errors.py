"""What can stop the processes from starting."""


class CannotStart(Exception):
    """Something on this machine is in the way; the message is a sentence that says what and what to do."""
