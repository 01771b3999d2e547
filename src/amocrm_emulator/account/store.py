"""The state of an account in one SQLite file, committed before each answer.

WAL without an fsync per commit: a killed process loses nothing; a machine that loses power may
lose the last moments, which an emulator may. One process has the file; numbers given out are
counted in memory and written with the transaction that uses them.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entity (
    kind TEXT NOT NULL, id INTEGER NOT NULL, created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, responsible INTEGER, pipeline INTEGER, status INTEGER,
    parent_kind TEXT, parent INTEGER, done INTEGER, subtype TEXT, till INTEGER,
    deleted INTEGER NOT NULL DEFAULT 0, search TEXT, doc TEXT NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entity_updated ON entity (kind, updated_at, id);
CREATE INDEX IF NOT EXISTS entity_parent ON entity (kind, parent_kind, parent);
CREATE TABLE IF NOT EXISTS link (
    from_kind TEXT NOT NULL, from_id INTEGER NOT NULL, to_kind TEXT NOT NULL,
    to_id INTEGER NOT NULL, is_main INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (from_kind, from_id, to_kind, to_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
    id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, created_by INTEGER NOT NULL,
    type TEXT NOT NULL, entity_type TEXT NOT NULL, entity_id INTEGER NOT NULL, doc TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS event_at ON event (created_at, id);
CREATE INDEX IF NOT EXISTS event_entity ON event (entity_type, entity_id, created_at);
CREATE TABLE IF NOT EXISTS hook (
    id INTEGER PRIMARY KEY, destination TEXT NOT NULL UNIQUE, settings TEXT NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, created_by INTEGER NOT NULL,
    sort INTEGER NOT NULL, disabled INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY, hook INTEGER NOT NULL, body BLOB NOT NULL, due REAL NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 1, request_id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due, id);
CREATE TABLE IF NOT EXISTS failure (hook INTEGER NOT NULL, at REAL NOT NULL);
"""
_SAVE = """
INSERT INTO entity (kind, id, created_at, updated_at, responsible, pipeline, status,
    parent_kind, parent, done, subtype, till, search, doc)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET
    updated_at = excluded.updated_at, responsible = excluded.responsible,
    pipeline = excluded.pipeline, status = excluded.status,
    parent_kind = excluded.parent_kind, parent = excluded.parent, done = excluded.done,
    subtype = excluded.subtype, till = excluded.till, search = excluded.search, doc = excluded.doc
"""

Doc = dict[str, Any]


def text_of(content: object) -> str:
    return msgspec.json.encode(content).decode()


class Store:
    """Rows in, rows out; knows nothing of amoCRM's rules."""

    def __init__(self, path: Path | None) -> None:
        self._db = sqlite3.connect(
            ":memory:" if path is None else path, isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._schemas = [SCHEMA]
        self._db.executescript(SCHEMA)
        self._depth = 0
        self._counters: dict[str, int] = {}
        self._used: set[str] = set()

    def extend(self, schema: str) -> None:
        """Add the tables of another part of the account."""
        self._schemas.append(schema)
        self._db.executescript(schema)

    def close(self) -> None:
        self._db.close()

    @property
    def in_transaction(self) -> bool:
        return self._depth > 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit once at the end of the outermost block, or nothing on an error."""
        if self._depth == 0:
            self._db.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
            if self._depth == 1:
                for name in self._used:
                    self.set_meta(f"last_{name}", self._counters[name])
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._db.execute("COMMIT")
            self._used.clear()

    def rows(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, params).fetchall()

    def row(self, sql: str, *params: object) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._db.execute(sql, params).fetchone()
        return found

    def run(self, sql: str, *params: object) -> int:
        cursor = self._db.execute(sql, params)
        return cursor.lastrowid or 0

    def change(self, sql: str, *params: object) -> int:
        """Return how many rows a statement changed."""
        return self._db.execute(sql, params).rowcount

    def save_to(self, path: Path) -> None:
        """Write a copy of everything."""
        with closing(sqlite3.connect(path)) as target:
            self._db.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, that can be read anywhere

    def load_from(self, path: Path) -> None:
        """Become a copy of what was saved; sqlite3.DatabaseError when it is no account."""
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as source:
            if not source.execute("SELECT 1 FROM meta WHERE key = 'account'").fetchone():
                raise sqlite3.DatabaseError("no account in the file")
            source.backup(self._db)
        for schema in self._schemas:
            self._db.executescript(schema)
        self._counters.clear()
        self._used.clear()

    def meta(self, key: str) -> Any:
        found = self.row("SELECT value FROM meta WHERE key = ?", key)
        return None if found is None else msgspec.json.decode(found[0])

    def set_meta(self, key: str, value: object) -> None:
        self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, text_of(value))

    def next_id(self, kind: str, first: int) -> int:
        """Return the next number of a kind; numbers are never used again."""
        last = self._counters.get(kind)
        if last is None:
            last = self.meta(f"last_{kind}") or first
        self._counters[kind] = last + 1
        self._used.add(kind)
        return int(last + 1)

    def entity(self, kind: str, number: int) -> Doc | None:
        found = self.row(
            "SELECT doc FROM entity WHERE kind = ? AND id = ? AND deleted = 0", kind, number
        )
        return None if found is None else msgspec.json.decode(found[0])

    def save(self, kind: str, doc: Doc, columns: Mapping[str, object]) -> None:
        """Write an entity; `columns` are further values that filters look at."""
        self.run(
            _SAVE,
            kind,
            doc["id"],
            doc["created_at"],
            doc["updated_at"],
            doc.get("responsible_user_id"),
            doc.get("pipeline_id"),
            doc.get("status_id"),
            columns.get("parent_kind"),
            columns.get("parent"),
            columns.get("done"),
            columns.get("subtype"),
            columns.get("till"),
            columns.get("search"),
            text_of(doc),
        )

    def binned(self, kind: str, number: int) -> Doc | None:
        """Return an entity that lies in the recycle bin."""
        found = self.row(
            "SELECT doc FROM entity WHERE kind = ? AND id = ? AND deleted = 1", kind, number
        )
        return None if found is None else msgspec.json.decode(found[0])

    def bury(self, kind: str, number: int) -> None:
        """Take a card out of the bin for good: who was merged into another cannot come back."""
        self.run("UPDATE entity SET deleted = 2 WHERE kind = ? AND id = ?", kind, number)

    def set_deleted(self, kind: str, number: int, *, deleted: bool) -> None:
        self.run(
            "UPDATE entity SET deleted = ? WHERE kind = ? AND id = ?", int(deleted), kind, number
        )

    def links(self, from_kind: str, from_id: int, to_kind: str) -> list[tuple[int, bool]]:
        """Return what a card is linked to, the main one first."""
        rows = self.rows(
            "SELECT to_id, is_main FROM link WHERE from_kind = ? AND from_id = ? AND to_kind = ?"
            " ORDER BY is_main DESC, to_id",
            from_kind,
            from_id,
            to_kind,
        )
        return [(row[0], bool(row[1])) for row in rows]

    def docs(self, sql: str, params: Sequence[object]) -> list[Doc]:
        return [msgspec.json.decode(row[0]) for row in self.rows(sql, *params)]
