"""Randomness: the only place that asks for it. Cores never do."""

import secrets
import uuid


def new_id() -> uuid.UUID:
    return uuid.uuid4()  # noqa: TID251 -- this is the one place


def new_secret(size_bytes: int = 32) -> str:
    """Return an unguessable text for a URL or a cookie, `size_bytes` bytes of randomness."""
    return secrets.token_urlsafe(size_bytes)
