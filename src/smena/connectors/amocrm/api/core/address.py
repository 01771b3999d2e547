"""Which addresses an account may have: the clouds of amoCRM and Kommo, and what is allowed beside.

The address is typed by a person and we send a token there, so nothing else is let through: it is
the wall against requests to the inside of the network (reliability.md section 3.1). This machine's
own addresses are for an emulator; an installation that serves others does not let them through
unless its operator says so.
"""

import ipaddress
import re
from urllib.parse import urlsplit

from smena.connectors.amocrm.model import ConnectRefusal, NotConnected

CLOUDS = (".amocrm.ru", ".amocrm.com", ".kommo.com")
OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
SUBDOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
ADDRESS_MAX = 200


def normalise(typed: str, allowed_hosts: frozenset[str] = frozenset()) -> str | NotConnected:
    """Return `https://acme.amocrm.ru` from anything a person may paste, or say what is wrong."""
    text = typed.strip()
    parts = _parts(text)
    if parts is None:
        return NotConnected(ConnectRefusal.BAD_ADDRESS, text[:80])
    scheme, host, port = parts
    if is_cloud(host):
        is_usual = port in (None, 80, 443)
        return (
            f"https://{host}" if is_usual else NotConnected(ConnectRefusal.BAD_ADDRESS, text[:80])
        )
    if is_own_machine(host) and "://" not in text:
        scheme = "http"  # an emulator speaks plainly unless it is asked otherwise
    if host in allowed_hosts:
        shown = f"[{host}]" if ":" in host else host
        return f"{scheme}://{shown}" + (f":{port}" if port else "")
    return NotConnected(
        ConnectRefusal.OWN_MACHINE if is_own_machine(host) else ConnectRefusal.FOREIGN_HOST, host
    )


def _parts(text: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port of what was typed, None when it is no address of a site."""
    if not text or len(text) > ADDRESS_MAX:
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        return None
    if parts.username or parts.password or not host or parts.scheme not in ("http", "https"):
        return None
    return parts.scheme, host, port


def is_cloud(host: str) -> bool:
    """Accept one label before a known domain; the common sites are not accounts."""
    for cloud in CLOUDS:
        if host.endswith(cloud):
            label = host.removesuffix(cloud)
            return SUBDOMAIN.fullmatch(label) is not None and label not in ("www", "api", "amojo")
    return False


def is_own_machine(host: str) -> bool:
    """Tell a loopback address written as a number, or `localhost`; nothing that needs DNS."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
