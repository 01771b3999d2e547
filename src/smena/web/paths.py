"""Addresses that came from outside and are about to be followed."""

from urllib.parse import urlsplit


def local_path(given: str | None, otherwise: str = "/") -> str:
    """Return `given` when it is a path on this server, else `otherwise`.

    Two slashes, a backslash or a control character lead browsers to another host.
    """
    if not given or not given.startswith("/") or len(given) > 2000:  # noqa: PLR2004 -- a limit
        return otherwise
    if given.startswith(("//", "/\\")) or "\\" in given or any(ord(c) < 32 for c in given):  # noqa: PLR2004 -- ASCII controls
        return otherwise
    parts = urlsplit(given)
    return otherwise if parts.scheme or parts.netloc else given
