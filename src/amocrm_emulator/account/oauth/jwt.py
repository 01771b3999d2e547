"""Access tokens that look like the platform's: JWT, RS256, about a thousand characters.

Each process signs with a key of its own. Clients cannot check the platform's signature either;
the emulator itself knows a token by its row.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

SCOPES = ("crm", "files", "files_delete", "notifications", "push_notifications")
_KEY_BITS = 2048


@dataclass(frozen=True, slots=True)
class Bearer:
    """What an access token says."""

    client_id: str
    user: int
    account: int
    grant_type: str
    base_domain: str
    api_domain: str


def access_token(bearer: Bearer, at: int, expires_at: int) -> str:
    """Sign a new token; no two are equal."""
    return _signed(
        {
            "aud": bearer.client_id,
            "jti": secrets.token_hex(40),
            "iat": at,
            "nbf": at,
            "exp": expires_at,
            "sub": str(bearer.user),
            "grant_type": bearer.grant_type,
            "account_id": bearer.account,
            "base_domain": bearer.base_domain,
            "version": 2,
            "scopes": SCOPES,
            "hash_uuid": uuid(),
            "api_domain": bearer.api_domain,
        }
    )


def uuid() -> str:
    return str(UUID(bytes=secrets.token_bytes(16), version=4))


def opaque() -> str:
    """Return a code or a refresh token: encrypted somethings of the platform's library."""
    return f"def502{secrets.token_hex(400)}"


def _signed(claims: Mapping[str, Any]) -> str:
    told = f"{_part(_json({'typ': 'JWT', 'alg': 'RS256'}))}.{_part(_json(claims))}"
    signature = _key().sign(told.encode(), PKCS1v15(), SHA256())
    return f"{told}.{_part(signature)}"


def _json(content: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(content)


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@cache
def _key() -> RSAPrivateKey:
    return generate_private_key(65537, _KEY_BITS)
