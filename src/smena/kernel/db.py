"""Connections and transactions; the second wall between accounts.

Every transaction takes a role that does not own the tables. A tenant's transaction also names its
account, and row-level security shows it nothing else. `SET LOCAL` only: a session setting would
leak through the pool.

A transaction begins with one round trip and ends with one: `BEGIN` and the role travel together.
Hence no transactions of the driver inside; a part that may fail on its own is a transaction of its
own. Why the driver is used without a toolkit above it: docs/decisions/0008.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from types import TracebackType
from typing import Any, TypeVar

import asyncpg
import msgspec

from smena.kernel.database.pool import Pool
from smena.kernel.database.sql import bound, bound_many
from smena.kernel.database.url import DatabaseUrl
from smena.kernel.ids import AccountId

_AS_TENANT = "SET LOCAL ROLE smena_app; SET LOCAL app.account_id = '{account:d}'"
_AS_SYSTEM = "SET LOCAL ROLE smena_system"

POOL_SECONDS = 5.0
STATEMENT_SECONDS = 60
ROLLBACK_SECONDS = 5
STATEMENTS_KEPT = 250  # prepared on a connection; a rare one is prepared anew

_SESSION = {
    "application_name": "smena",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    # A frozen node must not hold its locks for ever.
    "idle_in_transaction_session_timeout": "30s",
    # Statements here are short; compiling one costs more than it saves.
    "jit": "off",
}

Found = TypeVar("Found")


class CommitRefused(Exception):  # noqa: N818 -- what happened
    """A statement had failed, somebody caught that and went on: nothing was committed."""


class Row(asyncpg.Record):  # type: ignore[misc]  # the driver has no types
    """One row: `row.name`, or in order like a tuple."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the row has no column {name}") from None


def read_as(kind: type[Found], row: Row) -> Found:
    """Return the row as a `kind`: fields are called like columns, enumerations by their values."""
    return msgspec.convert(row, kind, from_attributes=True)


class Tx:
    """One open transaction: everything inside happens or nothing does.

    Statements name their parameters (`:name`, see `smena.kernel.sql`). Values of json and jsonb
    are read as Python has them and written as text.
    """

    def __init__(
        self,
        raw: asyncpg.Connection,
        account: AccountId | None,
        topics: Mapping[str, Sequence[str]],
    ) -> None:
        self.topics = topics
        self.account_jobs_to_wake: set[tuple[str, AccountId]] = set()
        """Filled and told by `smena.kernel.jobs`."""
        self._raw = raw
        self._account = account
        self._before_commit: dict[Callable[[Tx], Awaitable[None]], None] = {}

    @property
    def account(self) -> AccountId:
        """The tenant of this transaction. A system transaction has none and must not ask."""
        if self._account is None:
            raise RuntimeError("a system transaction has no account")
        return self._account

    async def rows(self, sql: str, /, **params: object) -> list[Row]:
        text, values = bound(sql, params)
        rows: list[Row] = await self._raw.fetch(text, *values)
        return rows

    async def row(self, sql: str, /, **params: object) -> Row | None:
        """Return the first row, or None when there is none; the statement runs to its end."""
        rows = await self.rows(sql, **params)
        return rows[0] if rows else None

    async def value(self, sql: str, /, **params: object) -> Any:
        """Return the first column of the first row, or None when there is no row."""
        rows = await self.rows(sql, **params)
        return rows[0][0] if rows else None

    async def all(self, kind: type[Found], sql: str, /, **params: object) -> list[Found]:
        """Return each row as a `kind`, whose fields are called like the columns."""
        rows = await self.rows(sql, **params)
        return [read_as(kind, row) for row in rows]

    async def one(self, kind: type[Found], sql: str, /, **params: object) -> Found | None:
        """Return the first row as a `kind`, or None when there is no row."""
        row = await self.row(sql, **params)
        return None if row is None else read_as(kind, row)

    async def run(self, sql: str, /, **params: object) -> int:
        """Execute and return the number of rows touched."""
        text, values = bound(sql, params)
        status: str = await self._raw.execute(text, *values)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def run_many(self, sql: str, params: Sequence[Mapping[str, object]], /) -> None:
        """Execute once per mapping, in one round trip per batch of the driver."""
        if params:
            text, values = bound_many(sql, params)
            await self._raw.executemany(text, values)

    async def driver(self) -> asyncpg.Connection:
        """Return the driver's own connection, inside this same transaction, for hot paths.

        Many rows go in by arrays and `unnest`: PostgreSQL has no COPY into tables behind row-level
        security.
        """
        return self._raw

    @asynccontextmanager
    async def as_system(self) -> AsyncIterator["Tx"]:
        """Do a part of this transaction across accounts, where people are; it wakes nobody."""
        await self._raw.execute(_AS_SYSTEM)
        try:
            yield Tx(self._raw, None, {})
        finally:
            # This fails where a statement has failed: then nothing more is done in here anyway.
            with suppress(asyncpg.PostgresError):
                await self._raw.execute("SET LOCAL ROLE smena_app")

    def before_commit(self, act: Callable[["Tx"], Awaitable[None]]) -> None:
        """Do this last inside the transaction; the same act is done once."""
        self._before_commit[act] = None

    async def _commit(self) -> None:
        for act in self._before_commit:
            await act(self)
        if await self._raw.execute("COMMIT") != "COMMIT":
            raise CommitRefused("a failed statement had already ended this transaction")


class Database:
    """A pool of connections to one PostgreSQL, and the only way to start a transaction."""

    def __init__(
        self, pool: Pool, topics: Mapping[str, Sequence[str]], *, begin: str = "BEGIN"
    ) -> None:
        self.pool = pool
        self.topics = topics
        self._as_tenant = f"{begin}; {_AS_TENANT}"
        self._as_system = f"{begin}; {_AS_SYSTEM}"

    @classmethod
    def open(
        cls,
        url: str,
        *,
        pool_size: int = 10,
        wait_seconds: float = POOL_SECONDS,
        topics: Mapping[str, Sequence[str]] | None = None,
        is_pooler: bool = False,
    ) -> "Database":
        """Open a pool; `url` is `postgresql://user:password@host/name` or with `?host=/socket`.

        At most twice `pool_size` connections are open, the last used is used next; who waits longer
        than `wait_seconds` for one meets DatabaseBusy.
        `topics` says which account jobs wake up on which publication (see `smena.kernel.jobs`).
        `is_pooler`: a pooler stands at the address and lends a server for one transaction only, so
        nothing may outlive a transaction, settings and prepared statements included.
        """
        pool = Pool(_connector(url, is_pooler=is_pooler), 2 * pool_size, wait_seconds)
        begin = "; ".join(
            ["BEGIN", *(f"SET LOCAL {name} = '{value}'" for name, value in _SESSION.items())]
        )
        return cls(pool, topics or {}, begin=begin if is_pooler else "BEGIN")

    def tenant(self, account: AccountId) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction that sees one account only."""
        return _Transaction(self, self._as_tenant.format(account=account), account)

    def system(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction across accounts: sign-in, sweeps, health. Never for business data."""
        return _Transaction(self, self._as_system, None)

    async def close(self) -> None:
        await self.pool.close()


class _Transaction(AbstractAsyncContextManager[Tx]):
    """Begins when it is entered; commits, or leaves nothing behind, when it is left."""

    def __init__(self, db: Database, opening: str, account: AccountId | None) -> None:
        self._db = db
        self._opening = opening
        self._account = account

    async def __aenter__(self) -> Tx:
        self._raw = await _begun(self._db.pool, self._opening)
        self._tx = Tx(self._raw, self._account, self._db.topics)
        return self._tx

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is not None:
                await _abandon(self._raw, error)
                return
            try:
                await self._tx._commit()  # noqa: SLF001 -- the two classes are one
            except BaseException as refusal:
                await _abandon(self._raw, refusal)
                raise
        finally:
            self._db.pool.give_back(self._raw)


async def _begun(pool: Pool, opening: str) -> asyncpg.Connection:
    """Take a connection and begin; one that died in the pool is replaced, nothing is lost."""
    while True:
        raw = await pool.take()
        is_begun = False
        try:
            is_begun = await _begin(raw, opening)
        finally:
            if not is_begun:
                pool.give_back(raw)
        if is_begun:
            return raw


async def _begin(raw: asyncpg.Connection, opening: str) -> bool:
    """Begin, and tell whether the connection was alive; a refusal of the server is raised."""
    try:
        await raw.execute(opening)
    except BaseException as error:
        if raw.is_closed() and isinstance(error, Exception):
            return False
        await _abandon(raw, error)
        raise
    return True


async def _abandon(raw: asyncpg.Connection, error: BaseException) -> None:
    """Leave no open transaction behind: roll back, or drop the connection when in doubt."""
    if isinstance(error, Exception) and not raw.is_closed():
        try:
            await raw.execute("ROLLBACK", timeout=ROLLBACK_SECONDS)
        except BaseException as trouble:
            raw.terminate()
            if not isinstance(trouble, Exception):
                raise
            # Else the reason for the rollback is the one to tell.
        return
    # The caller is being cancelled, perhaps in the middle of a statement: no time for manners.
    raw.terminate()


def _connector(url: str, *, is_pooler: bool) -> Callable[[], Awaitable[asyncpg.Connection]]:
    dsn = DatabaseUrl.parse(url).dsn

    async def connect() -> asyncpg.Connection:
        connection = await asyncpg.connect(
            dsn,
            timeout=10,
            command_timeout=STATEMENT_SECONDS + 5,
            server_settings={} if is_pooler else _SESSION,
            statement_cache_size=0 if is_pooler else STATEMENTS_KEPT,
            record_class=Row,
        )
        for name in ("json", "jsonb"):
            await connection.set_type_codec(
                name, schema="pg_catalog", encoder=str.__str__, decoder=json.loads
            )
        return connection

    return connect
