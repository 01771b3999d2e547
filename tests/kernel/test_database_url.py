"""The address of a database: read, changed, written; the password is hidden from eyes."""

from dataclasses import replace

import pytest

from smena.kernel.database.url import DatabaseUrl

WHOLE = "postgresql://user:p%40ss%2Fword@host:5433/name?sslmode=require"


@pytest.mark.parametrize(
    ("url", "dsn"),
    [
        (WHOLE, WHOLE),
        ("postgres://user@host/name", "postgresql://user@host/name"),
        ("postgresql+asyncpg://host/name", "postgresql://host/name"),
        ("postgresql://u@/n?host=/a%20b&port=5432", "postgresql://u@/n?host=/a%20b&port=5432"),
        ("postgresql://u@/n?host=/a+b", "postgresql://u@/n?host=/a%20b"),
        ("postgresql://u@/n?host=%2Fa%2Bb", "postgresql://u@/n?host=/a%2Bb"),
        ("postgresql://u@[::1]:5432/n", "postgresql://u@[::1]:5432/n"),
        ("postgresql://u@one:5432,two:5433/n", "postgresql://u@one:5432,two:5433/n"),
        ("postgresql://host", "postgresql://host/"),
        ("postgresql://u@host/n?options=", "postgresql://u@host/n?options="),
    ],
)
def test_read_and_written(url: str, dsn: str) -> None:
    assert DatabaseUrl.parse(url).dsn == dsn
    assert DatabaseUrl.parse(dsn).dsn == dsn


def test_parts() -> None:
    url = DatabaseUrl.parse(WHOLE)
    assert (url.user, url.password, url.hosts) == ("user", "p@ss/word", "host:5433")
    assert (url.database, url.options) == ("name", {"sslmode": "require"})


def test_the_password_is_hidden_and_can_be_left_out() -> None:
    url = DatabaseUrl.parse(WHOLE)
    assert str(url) == "postgresql://user:***@host:5433/name?sslmode=require"
    assert "p@ss" not in repr(url)
    assert url.without_password.dsn == "postgresql://user@host:5433/name?sslmode=require"


def test_another_database() -> None:
    url = replace(DatabaseUrl.parse(WHOLE), database="other/one")
    assert url.dsn == "postgresql://user:p%40ss%2Fword@host:5433/other%2Fone?sslmode=require"
