"""What the token endpoint refuses, row by row."""

from dataclasses import replace

import pytest

from amocrm_emulator.account.oauth.core.model import (
    IssuedGrant,
    OAuthIntegration,
    OAuthRules,
    TokenRefusal,
    TokenRequest,
)
from amocrm_emulator.account.oauth.core.token_rules import check_client, check_code, check_refresh

ISSUED = 1_790_000_000
BACK = "https://our.example/oauth/cb"
OURS = OAuthIntegration("3f1c", "S3cr3t", "Смена", BACK)
ASKED = TokenRequest("authorization_code", "3f1c", "S3cr3t", BACK)
CODE = IssuedGrant("3f1c", 9000001, ISSUED, is_spent=False)
DAY = 24 * 3600


@pytest.mark.parametrize(
    ("asked", "known", "status"),
    [
        pytest.param(ASKED, OURS, None, id="as it should be"),
        pytest.param(replace(ASKED, grant_type="refresh_token"), OURS, None, id="a refresh"),
        pytest.param(ASKED, None, 401, id="nobody we know"),
        pytest.param(replace(ASKED, client_secret="guess"), OURS, 401, id="another secret"),
        pytest.param(replace(ASKED, grant_type="password"), OURS, 400, id="another grant"),
        pytest.param(replace(ASKED, redirect_uri=f"{BACK}/"), OURS, 400, id="not byte for byte"),
    ],
)
def test_client(asked: TokenRequest, known: OAuthIntegration | None, status: int | None) -> None:
    refusal = check_client(asked, known)
    assert (refusal.status if refusal else None) == status


@pytest.mark.parametrize(
    ("code", "after", "expected"),
    [
        pytest.param(CODE, 1199, None, id="in the last second"),
        pytest.param(CODE, 1200, "Authorization code has expired", id="after 20 minutes"),
        pytest.param(
            replace(CODE, is_spent=True), 1, "Authorization code has been revoked", id="used"
        ),
        pytest.param(None, 1, "Cannot decrypt the authorization code", id="garbage"),
        pytest.param(
            replace(CODE, client_id="other"),
            1,
            "Authorization code was not issued to this client",
            id="somebody else's",
        ),
    ],
)
def test_code(code: IssuedGrant | None, after: int, expected: str | None) -> None:
    refusal = check_code(ASKED, code, ISSUED + after, OAuthRules())
    assert (refusal and (refusal.status, refusal.hint)) == (expected and (400, expected))


@pytest.mark.parametrize(
    ("token", "after", "expected"),
    [
        pytest.param(CODE, 91 * DAY, None, id="within three months"),
        pytest.param(CODE, 92 * DAY, (401, "Token has expired"), id="idle for three months"),
        pytest.param(
            replace(CODE, is_spent=True), 1, (401, "Token has been revoked"), id="spent before"
        ),
        pytest.param(None, 1, (400, "Invalid refresh token"), id="garbage"),
        pytest.param(
            replace(CODE, client_id="x"), 1, (401, "Token is not linked to client"), id="other's"
        ),
    ],
)
def test_refresh(token: IssuedGrant | None, after: int, expected: tuple[int, str] | None) -> None:
    refusal = check_refresh(ASKED, token, ISSUED + after, OAuthRules())
    assert (refusal and (refusal.status, refusal.hint)) == expected


def test_a_problem_names_its_hint_first() -> None:
    document = TokenRefusal(401, "Token has been revoked").document()
    assert list(document) == ["hint", "title", "type", "status", "detail"]
    assert "hint" not in TokenRefusal(401).document()
