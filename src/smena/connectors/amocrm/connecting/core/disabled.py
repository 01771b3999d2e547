"""The webhook by which amoCRM tells that we were switched off (amocrm.md section 2.7)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from smena.connectors.amocrm.connecting.core.callback import is_client
from smena.kernel.ids import AccountId

ACCOUNT_DIGITS_MAX = 18
SIGNATURE_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Disabled:
    """What the address says; true only with the right signature."""

    account: AccountId
    client: str
    signature: str


def read_disabled(query: Mapping[str, str]) -> Disabled | None:
    """Read the three parts; the documents call the second one by two names."""
    account = query.get("account_id", "")
    client = query.get("client_uuid") or query.get("client_id", "")
    signature = query.get("signature", "").lower()
    if not account.isdecimal() or not account.isascii() or len(account) > ACCOUNT_DIGITS_MAX:
        return None
    if not is_client(client) or len(signature) != SIGNATURE_DIGITS or not signature.isascii():
        return None
    return Disabled(AccountId(int(account)), client, signature)


def signature_of(account: AccountId, client: str, secret: str) -> str:
    """Return what amoCRM signs: HMAC-SHA256 of `client|account` with the integration's secret."""
    return hmac.new(secret.encode(), f"{client}|{account}".encode(), hashlib.sha256).hexdigest()


def is_signed(told: Disabled, secret: str) -> bool:
    """Compare in constant time."""
    right = signature_of(told.account, told.client, secret)
    return hmac.compare_digest(right, told.signature)
