"""Secrets at rest and unguessable addresses, from one key that is not in the database."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from smena.kernel.errors import GiveUp
from smena.kernel.i18n import gettext as _
from smena.kernel.reasons import declare

OTHER_KEY = declare(
    "kernel.other_key",
    lambda: _(
        "секрет в базе не открывается нынешним ключом: верните прежний secret.key или подключите "
        "аккаунт заново"
    ),
)


class Vault:
    """Seals secrets and signs texts. The first key seals and signs, older ones still open."""

    def __init__(self, key: str, *older_keys: str) -> None:
        self._sealing = MultiFernet([Fernet(_fernet_key(text)) for text in (key, *older_keys)])
        self._signing: Sequence[bytes] = [_derive("sign", text) for text in (key, *older_keys)]

    def seal(self, secret: bytes) -> bytes:
        return self._sealing.encrypt(secret)

    def open(self, sealed: bytes) -> bytes:
        """Open what was sealed with this key or an older one; raise GiveUp with another key."""
        try:
            return self._sealing.decrypt(sealed)
        except InvalidToken as error:
            raise GiveUp(OTHER_KEY.about()) from error

    def sign(self, text: str) -> str:
        """Return 64 hexadecimal digits that nobody can make without the key."""
        return hmac.new(self._signing[0], text.encode(), hashlib.sha256).hexdigest()

    def is_signed(self, text: str, signature: str) -> bool:
        """Compare in constant time; `signature` may be a beginning of at least 40 digits."""
        if not 40 <= len(signature) <= 64 or not signature.isascii():  # noqa: PLR2004 -- 160 bits
            return False
        found = False
        for key in self._signing:
            right = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[: len(signature)]
            found |= hmac.compare_digest(right, signature)
        return found


def _fernet_key(text: str) -> bytes:
    return base64.urlsafe_b64encode(_derive("seal", text))


def _derive(purpose: str, text: str) -> bytes:
    """Make independent keys of one text, so that a signature tells nothing about the seal."""
    return hashlib.sha256(f"smena:{purpose}:".encode() + text.encode()).digest()
