"""Where a request goes and with which tokens."""

from dataclasses import dataclass
from datetime import datetime

Version = tuple[int, datetime]
"""Which tokens of an account: numbers begin anew when it is disconnected and connected again."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask, with what. Its text never shows the token."""

    base_url: str
    token: str
    version: Version | None = None

    def __repr__(self) -> str:
        return f"Target({self.base_url})"
