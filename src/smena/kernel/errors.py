"""The kinds of failure that a job or a page may meet.

A refusal is a value in a return type and has no class here. A defect is any other exception. A
reason is what `smena.kernel.reasons` stores: it is said in the reader's language when it is shown.
"""

from datetime import timedelta


class TryLater(Exception):  # noqa: N818 -- named after what the job does
    """A transient error: the job sleeps for `after` and runs again; `reason` is a stored code."""

    def __init__(self, reason: str, *, after: timedelta) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class GiveUp(Exception):  # noqa: N818 -- named after what the job does
    """Permanent trouble: its `reason`, a code, is stored and shown to an administrator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadSetting(Exception):  # noqa: N818 -- read by a person who edits a file
    """A setting is missing or wrong; the message says which one and what to write instead."""
