"""What is accepted when somebody is let in: addresses and passwords."""

import re

PASSWORD_MIN = 10
PASSWORD_MAX = 200
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")


def clean_email(given: str) -> str | None:
    """Return the one way an e-mail address is kept, or None when it is not one."""
    email = given.strip().lower()
    return email if _EMAIL.fullmatch(email) else None


def clean_name(given: str, email: str) -> str:
    """Return a name to show; without one the part of the address before @ has to do."""
    return " ".join(given.split())[:200] or email.partition("@")[0]


def is_strong(password: str, email: str) -> bool:
    """Length is what counts; the address itself and one repeated sign are no passwords."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        return False
    return password.lower() not in {email, email.partition("@")[0]} and len(set(password)) > 3  # noqa: PLR2004 -- a limit of variety
