"""What the token endpoint refuses, and with which words. Pure: rows and the moment go in."""

from amocrm_emulator.account.oauth.core.model import (
    REVOKED,
    WRONG_CLIENT,
    IssuedGrant,
    OAuthIntegration,
    OAuthRules,
    TokenRefusal,
    TokenRequest,
)

CODE, REFRESH = "authorization_code", "refresh_token"


def check_client(request: TokenRequest, known: OAuthIntegration | None) -> TokenRefusal | None:
    """Refuse strangers, unknown kinds of grant and another address than the one in the settings."""
    if known is None or known.secret != request.client_secret:
        return WRONG_CLIENT
    if request.grant_type not in {CODE, REFRESH}:
        return TokenRefusal(400, "Check the `grant_type` parameter")
    if request.redirect_uri != known.redirect_uri:
        return TokenRefusal(400, "The redirect_uri does not match the one of the integration")
    return None


def check_code(
    request: TokenRequest, code: IssuedGrant | None, now: int, rules: OAuthRules
) -> TokenRefusal | None:
    """Refuse a code that nobody gave, that was used, or that waited too long."""
    if code is None:
        return TokenRefusal(400, "Cannot decrypt the authorization code")
    if code.client_id != request.client_id:
        return TokenRefusal(400, "Authorization code was not issued to this client")
    if code.is_spent:
        return TokenRefusal(400, "Authorization code has been revoked")
    if now >= code.issued_at + rules.code_seconds:
        return TokenRefusal(400, "Authorization code has expired")
    return None


def check_refresh(
    request: TokenRequest, token: IssuedGrant | None, now: int, rules: OAuthRules
) -> TokenRefusal | None:
    """Refuse a refresh token that nobody gave, that was used once, or that lay for 3 months."""
    if token is None:
        return TokenRefusal(400, "Invalid refresh token")
    if token.client_id != request.client_id:
        return TokenRefusal(401, "Token is not linked to client")
    if token.is_spent:
        return TokenRefusal(401, REVOKED)
    if now >= token.issued_at + rules.refresh_seconds:
        return TokenRefusal(401, "Token has expired")
    return None
