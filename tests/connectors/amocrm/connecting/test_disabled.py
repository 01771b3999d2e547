"""The message that our integration is off: who signed it, and what is no message at all."""

import pytest

from smena.connectors.amocrm.connecting.core.disabled import (
    Disabled,
    is_signed,
    read_disabled,
    signature_of,
)
from smena.kernel.ids import AccountId

ACCOUNT = AccountId(31000001)
CLIENT = "3f1c9a52-0000-4000-8000-1c2d3e4f5a6b"
SECRET = "S3cr3t"
# printf '3f1c9a52-0000-4000-8000-1c2d3e4f5a6b|31000001' | openssl dgst -sha256 -hmac S3cr3t
SIGNED = "e92627a606890cc6bd16bb00c4fb6d1d00cd7a8f8a3dbe93af2bd8f7f252ee6c"
GOOD = {
    "account_id": str(ACCOUNT),
    "client_uuid": CLIENT,
    "signature": SIGNED,
}


def test_the_signature_is_the_one_that_others_make() -> None:
    assert signature_of(ACCOUNT, CLIENT, SECRET) == SIGNED


@pytest.mark.parametrize("name", ["client_uuid", "client_id"])
def test_both_names_of_the_integration(name: str) -> None:
    query = {key: value for key, value in GOOD.items() if key != "client_uuid"} | {name: CLIENT}
    found = read_disabled(query)
    assert found == Disabled(ACCOUNT, CLIENT, GOOD["signature"])
    assert is_signed(found, SECRET)
    assert not is_signed(found, "another secret")


@pytest.mark.parametrize(
    "changes",
    [
        {"account_id": ""}, {"account_id": "-1"}, {"account_id": "٣"}, {"account_id": "9" * 30},
        {"client_uuid": ""}, {"client_uuid": "a|b"}, {"signature": ""}, {"signature": "f" * 63},
        {"signature": "ф" * 64},
    ],
)  # fmt: skip
def test_no_message(changes: dict[str, str]) -> None:
    assert read_disabled(GOOD | changes) is None


def test_the_signature_is_of_both_parts() -> None:
    for told in (
        Disabled(AccountId(31000002), CLIENT, GOOD["signature"]),
        Disabled(ACCOUNT, CLIENT.replace("3f", "4f"), GOOD["signature"]),
        Disabled(ACCOUNT, CLIENT, GOOD["signature"][::-1]),
    ):
        assert not is_signed(told, SECRET)
