"""The kinds of failure that a job or a page may meet.

A refusal is a value in a return type and has no class here. A defect is any other exception.
"""

from datetime import timedelta


class TryLater(Exception):  # noqa: N818 -- named after what the job does
    """Passing trouble: the job sleeps for `after` and runs again."""

    def __init__(self, reason: str, *, after: timedelta) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class GiveUp(Exception):  # noqa: N818 -- named after what the job does
    """Permanent trouble: stored with its reason and shown to an administrator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadSetting(Exception):  # noqa: N818 -- read by a person who edits a file
    """A setting is missing or wrong; the message says which one and what to write instead."""
