"""Who comes to the redirect address, with what (amocrm.md section 2.1).

Anybody may open that address with anything, so each part is checked before it is used; the host
most of all, for a code and the integration's secret are sent there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from smena.connectors.amocrm.api.core.address import normalise

CODE_MAX = 4_000
CLIENT = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
STATE_MAX = 200


@dataclass(frozen=True, slots=True)
class Consent:
    """Somebody agreed in amoCRM; without a state nobody here had asked."""

    code: str
    base_url: str
    client: str
    state: str


@dataclass(frozen=True, slots=True)
class Denied:
    """The person in amoCRM said no."""

    state: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """The code is said to be of a host that is not amoCRM's."""

    host: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Neither a consent nor a refusal."""


Callback = Consent | Denied | Foreign | Unreadable


def read_callback(
    query: Mapping[str, str], allowed_hosts: frozenset[str] = frozenset(), scheme: str = "https"
) -> Callback:
    """Understand the query; `scheme` is for hosts of this machine, amoCRM's are always https."""
    state = query.get("state", "")[:STATE_MAX]
    if query.get("error"):
        return Denied(state)
    code, host, client = query.get("code", ""), query.get("referer", ""), query.get("client_id", "")
    if not is_code(code) or (client and not is_client(client)) or not (client or state):
        return Unreadable()
    base_url = normalise(f"{scheme}://{host}" if "://" not in host else host, allowed_hosts)
    if not isinstance(base_url, str):
        return Foreign(host[:80])
    return Consent(code, base_url, client, state)


def code_in(pasted: str) -> str:
    """Return the code from what a person pasted: itself, or the whole address it stood in."""
    text = "".join(pasted.split())
    if "code=" not in text:
        return text
    query = urlsplit(text).query or text.partition("?")[2] or text
    found = parse_qs(query).get("code", [""])
    return found[0]


def is_code(code: str) -> bool:
    return 0 < len(code) <= CODE_MAX and code.isascii() and code.isprintable() and " " not in code


def is_client(client: str) -> bool:
    return CLIENT.fullmatch(client) is not None
