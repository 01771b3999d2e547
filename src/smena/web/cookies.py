"""Cookies of this site: their names, and the attributes that keep them here.

Behind https a cookie is `__Host-name` and Secure: no other host and no plain connection can set or
read it. On plain http (a machine of one's own, 127.0.0.1) browsers refuse such cookies, so there
the name is plain; HttpOnly and SameSite=Lax stay.
"""

from dataclasses import dataclass
from datetime import timedelta

from litestar.datastructures import Cookie


@dataclass(frozen=True, slots=True)
class Jar:
    """Makes cookies for one installation."""

    is_secure: bool

    @classmethod
    def of(cls, public_url: str) -> "Jar":
        return cls(is_secure=public_url.startswith("https://"))

    def name(self, base: str) -> str:
        return f"__Host-{base}" if self.is_secure else base

    def cookie(self, base: str, value: str, *, keep: timedelta | None = None) -> Cookie:
        """Make a cookie; without `keep` it lives as long as the browser's window."""
        return Cookie(
            key=self.name(base),
            value=value,
            path="/",
            max_age=None if keep is None else int(keep.total_seconds()),
            secure=self.is_secure,
            httponly=True,
            samesite="lax",
        )

    def preference(self, name: str, value: str, *, keep: timedelta) -> Cookie:
        """Make a cookie without any power, which the kit's scripts may write too."""
        return Cookie(
            key=name,
            value=value,
            path="/",
            max_age=int(keep.total_seconds()),
            secure=self.is_secure,
            samesite="lax",
        )

    def gone(self, base: str) -> Cookie:
        """Make the cookie that removes `base`."""
        return self.cookie(base, "", keep=timedelta())
