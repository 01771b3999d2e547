"""Answers of the token endpoint: a pair, a refusal, nothing certain (amocrm.md section 2.2)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.connectors.amocrm.tokens.core.token_response import (
    GrantRefused,
    NoTokenPair,
    TokenPair,
    Unclear,
    read_granted,
)
from tests.connectors.amocrm.tokens.test_claims import token

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EARLIER, LATER = NOON - timedelta(minutes=90), NOON + timedelta(minutes=90)
PROBLEM = {
    "title": "Некорректный запрос",
    "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson",
    "detail": "В запросе отсутствует ряд параметров или параметры невалидны",
}


def body(**changes: object) -> bytes:
    good = {
        "token_type": "Bearer",
        "expires_in": 86400,
        "access_token": "access",
        "refresh_token": "refresh",
    }
    return json.dumps(good | changes).encode()


def problem(**changes: object) -> bytes:
    return json.dumps(PROBLEM | changes, ensure_ascii=False).encode()


def test_a_pair_is_counted_from_the_moment_of_asking() -> None:
    found = read_granted(200, body(), NOON)
    assert found == TokenPair("access", "refresh", NOON, NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("there", "extra"),
    [
        pytest.param(NOON, {"server_time": NOON}, id="clocks agree"),
        pytest.param(EARLIER, {"server_time": EARLIER}, id="their clock is behind"),
        pytest.param(LATER, {"server_time": LATER}, id="their clock is ahead"),
        pytest.param(NOON, {}, id="an answer without their time"),
    ],
)
def test_the_difference_of_the_clocks_does_not_matter(
    there: datetime, extra: dict[str, datetime]
) -> None:
    access = token({"exp": int((there + timedelta(hours=24)).timestamp())})
    told = {name: int(at.timestamp()) for name, at in extra.items()}
    found = read_granted(200, body(access_token=access, **told), NOON)
    assert isinstance(found, TokenPair)
    assert found.expires_at == NOON + timedelta(hours=24)


def test_the_shorter_of_two_lives_counts() -> None:
    access = token({"exp": int((NOON + timedelta(minutes=5)).timestamp())})
    found = read_granted(200, body(access_token=access), NOON)
    assert isinstance(found, TokenPair)
    assert found.expires_at == NOON + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("status", "hint", "expected"),
    [
        (400, "Authorization code has expired", GrantRefused.SPENT),
        (400, "Authorization code has been revoked", GrantRefused.SPENT),
        (400, "Cannot decrypt the authorization code", GrantRefused.SPENT),
        (400, "Invalid refresh token", GrantRefused.SPENT),
        (401, "Token has been revoked", GrantRefused.SPENT),
        (401, "", GrantRefused.SPENT),
        (401, "Token is not linked to client", GrantRefused.CLIENT),
        (400, "", GrantRefused.CLIENT),
        (400, "The redirect_uri does not match", GrantRefused.CLIENT),
    ],
)
def test_refusals(status: int, hint: str, expected: GrantRefused) -> None:
    found = read_granted(status, problem(hint=hint), NOON)
    assert isinstance(found, NoTokenPair)
    assert found.refused is expected


def test_a_wrong_secret() -> None:
    told = problem(title="Некорректный клиент", detail="Авторизация клиента не прошла")
    found = read_granted(401, told, NOON)
    assert isinstance(found, NoTokenPair)
    assert found.refused is GrantRefused.CLIENT


def test_nobody_there() -> None:
    assert read_granted(404, b"<html>", NOON) == NoTokenPair(GrantRefused.ABSENT)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        pytest.param(200, b"", id="empty"),
        pytest.param(200, b"<html>", id="a page"),
        pytest.param(200, body()[:-20], id="cut short"),
        pytest.param(200, body(refresh_token=None), id="null"),
        pytest.param(200, body(refresh_token=""), id="an empty token"),
        pytest.param(200, body(access_token="две строки"), id="not of a token's letters"),
        pytest.param(200, body(access_token="x" * 9000), id="too long"),
        pytest.param(400, b"<html>400</html>", id="a gateway's 400"),
        pytest.param(403, b"", id="blocked"),
        pytest.param(429, b"<html>", id="too fast"),
        pytest.param(500, b"", id="broken"),
        pytest.param(504, b"", id="too slow"),
    ],
)
def test_nothing_certain(status: int, answer: bytes) -> None:
    assert isinstance(read_granted(status, answer, NOON), Unclear)


@given(st.sampled_from([200, 400, 401, 404, 500]), st.binary(max_size=300))
def test_any_bytes_are_answered(status: int, answer: bytes) -> None:
    assert not isinstance(read_granted(status, answer, NOON), TokenPair)


def test_a_pair_is_not_shown() -> None:
    assert "refresh'" not in repr(read_granted(200, body(), NOON))
    assert "access'" not in repr(read_granted(200, body(), NOON))
