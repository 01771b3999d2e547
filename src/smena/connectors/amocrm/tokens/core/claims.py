"""What an access token tells of itself (amocrm.md section 2.3).

It is read without a proof: the signature is amoCRM's and for amoCRM. So nothing here opens a door;
it only says until when the token lives and where the account may be asked for.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

import msgspec

from smena.connectors.amocrm.api.core.values import BadValue, Loose, moment, text

PARTS = 3
PAYLOAD_MAX = 16_000


@dataclass(frozen=True, slots=True)
class Claims:
    """All of it optional: a long-lived token of an emulator is any text."""

    client: str = ""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    api_domain: str = ""
    scopes: tuple[str, ...] = ()


class _ClaimsJson(msgspec.Struct):
    aud: Loose | list[str] = None
    iat: Loose = None
    exp: Loose = None
    api_domain: Loose = None
    scopes: list[str] | None = None


def read_claims(token: str) -> Claims:
    """Return what the middle part of a JWT says; nothing when it is none."""
    parts = token.split(".")
    if len(parts) != PARTS or len(parts[1]) > PAYLOAD_MAX:
        return Claims()
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        json = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=_ClaimsJson, strict=False)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return Claims()
    client = json.aud[0] if isinstance(json.aud, list) and json.aud else json.aud
    return Claims(
        client=client if isinstance(client, str) else "",
        issued_at=_moment(json.iat),
        expires_at=_moment(json.exp),
        api_domain=text(json.api_domain)[:253].lower(),
        scopes=tuple(json.scopes or ()),
    )


def _moment(value: Loose) -> datetime | None:
    try:
        return None if value is None else moment(value)
    except BadValue:
        return None
