"""Rows of integrations, codes and tokens in the account's file."""

from typing import Any

from amocrm_emulator.account.oauth.core.model import IssuedGrant, OAuthIntegration
from amocrm_emulator.account.store import Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS integration (
    client_id TEXT PRIMARY KEY, secret TEXT NOT NULL, name TEXT NOT NULL,
    redirect_uri TEXT NOT NULL, disable_url TEXT NOT NULL, is_installed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oauth_code (
    token TEXT PRIMARY KEY, client_id TEXT NOT NULL, user INTEGER NOT NULL,
    issued_at INTEGER NOT NULL, is_spent INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oauth_refresh (
    token TEXT PRIMARY KEY, client_id TEXT NOT NULL, user INTEGER NOT NULL,
    issued_at INTEGER NOT NULL, is_spent INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oauth_access (
    token TEXT PRIMARY KEY, client_id TEXT NOT NULL, user INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hook_owner (hook INTEGER PRIMARY KEY, client_id TEXT NOT NULL);
"""
CODE, REFRESH = "oauth_code", "oauth_refresh"


class TokenRegistry:
    """What was issued to whom."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.extend(SCHEMA)

    def integrations(self) -> list[OAuthIntegration]:
        rows = self._store.rows("SELECT * FROM integration ORDER BY name, client_id")
        return [_integration(row) for row in rows]

    def integration(self, client_id: str) -> OAuthIntegration | None:
        row = self._store.row("SELECT * FROM integration WHERE client_id = ?", client_id)
        return None if row is None else _integration(row)

    def save(self, one: OAuthIntegration) -> None:
        self._store.run(
            "INSERT OR REPLACE INTO integration VALUES (?, ?, ?, ?, ?, ?)",
            one.client_id,
            one.secret,
            one.name,
            one.redirect_uri,
            one.disable_url,
            int(one.is_installed),
        )

    def issue(self, kind: str, token: str, client_id: str, user: int, at: int) -> None:
        self._store.run(
            f"INSERT INTO {kind} VALUES (?, ?, ?, ?, 0)",  # noqa: S608 -- one of two constants
            token,
            client_id,
            user,
            at,
        )

    def issued(self, kind: str, token: str) -> IssuedGrant | None:
        row = self._store.row(
            f"SELECT client_id, user, issued_at, is_spent FROM {kind} WHERE token = ?",  # noqa: S608
            token,
        )
        return None if row is None else IssuedGrant(row[0], row[1], row[2], bool(row[3]))

    def spend(self, kind: str, token: str) -> None:
        self._store.run(f"UPDATE {kind} SET is_spent = 1 WHERE token = ?", token)  # noqa: S608

    def open(self, token: str, client_id: str, user: int, expires_at: int) -> None:
        """Let an access token in until a moment."""
        self._store.run(
            "INSERT OR REPLACE INTO oauth_access VALUES (?, ?, ?, ?)",
            token,
            client_id,
            user,
            expires_at,
        )

    def access(self, token: str) -> tuple[str, int, int] | None:
        """Return whose an access token is: integration, user, until when."""
        return self._store.row(
            "SELECT client_id, user, expires_at FROM oauth_access WHERE token = ?", token
        )

    def expire(self, token: str) -> bool:
        return bool(self._store.change("DELETE FROM oauth_access WHERE token = ?", token))

    def own_hook(self, hook: int, client_id: str | None) -> None:
        """Note which integration made a webhook; None: none."""
        self._store.run("DELETE FROM hook_owner WHERE hook = ?", hook)
        if client_id is not None:
            self._store.run("INSERT INTO hook_owner VALUES (?, ?)", hook, client_id)

    def close(self, client_id: str, *, with_hooks: bool) -> None:
        """Make everything issued to an integration worthless."""
        for kind in (CODE, REFRESH):
            self._store.run(f"UPDATE {kind} SET is_spent = 1 WHERE client_id = ?", client_id)  # noqa: S608
        self._store.run("DELETE FROM oauth_access WHERE client_id = ?", client_id)
        if with_hooks:
            owned = "(SELECT hook FROM hook_owner WHERE client_id = ?)"
            self._store.run(f"DELETE FROM hook WHERE id IN {owned}", client_id)  # noqa: S608
            self._store.run("DELETE FROM hook_owner WHERE client_id = ?", client_id)


def _integration(row: tuple[Any, ...]) -> OAuthIntegration:
    client_id, secret, name, redirect_uri, disable_url, is_installed = row
    return OAuthIntegration(client_id, secret, name, redirect_uri, disable_url, bool(is_installed))
