"""What an access token tells of itself, and that nonsense tells nothing."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.connectors.amocrm.tokens.core.claims import Claims, read_claims


def token(claims: object) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJSUzI1NiJ9.{middle}.c2lnbmF0dXJl"


def test_the_claims_that_we_use() -> None:
    claims = {
        "aud": "3f1c9a52-0000-4000-8000-1c2d3e4f5a6b",
        "iat": 1790000000,
        "exp": 1790086400,
        "sub": "9000001",
        "api_domain": "api-a.amocrm.ru",
        "scopes": ["crm", "files"],
    }
    assert read_claims(token(claims)) == Claims(
        client="3f1c9a52-0000-4000-8000-1c2d3e4f5a6b",
        issued_at=datetime.fromtimestamp(1790000000, UTC),
        expires_at=datetime.fromtimestamp(1790086400, UTC),
        api_domain="api-a.amocrm.ru",
        scopes=("crm", "files"),
    )


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        pytest.param({"exp": "1790086400"}, datetime.fromtimestamp(1790086400, UTC), id="a text"),
        pytest.param({"exp": None}, None, id="null"),
        pytest.param({"exp": "soon"}, None, id="a word"),
        pytest.param({"exp": 10**30}, None, id="beyond all years"),
        pytest.param({}, None, id="absent"),
    ],
)
def test_the_end(claims: object, expected: datetime | None) -> None:
    assert read_claims(token(claims)).expires_at == expected


def test_an_audience_may_be_a_list() -> None:
    assert read_claims(token({"aud": ["one", "two"]})).client == "one"


@pytest.mark.parametrize(
    "text", ["", "long-lived-token", "a.b.c", "a..c", f"a.{'A' * 20_000}.c", "a.bm90IGpzb24.c"]
)
def test_any_other_text_tells_nothing(text: str) -> None:
    assert read_claims(text) == Claims()


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    assert read_claims(f"a.{text}.c").expires_at is None
