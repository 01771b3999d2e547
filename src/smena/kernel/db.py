"""Connections and transactions; the second wall between accounts.

Every transaction takes a role that does not own the tables. A tenant's transaction also names its
account, and row-level security shows it nothing else. `SET LOCAL` only: a session setting would
leak through the pool.

A transaction begins with one round trip and ends with one: `BEGIN` and the role travel together,
past SQLAlchemy, which would spend a round trip and half a millisecond more. Hence no transactions
of the driver inside; a part that may fail on its own is a transaction of its own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
from sqlalchemy import CursorResult, Executable, Row, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from smena.kernel.db_trouble import DatabaseBusy
from smena.kernel.ids import AccountId

_AS_TENANT = "BEGIN; SET LOCAL ROLE smena_app; SET LOCAL app.account_id = '{account:d}'"
_AS_SYSTEM = "BEGIN; SET LOCAL ROLE smena_system"

POOL_SECONDS = 5.0
STATEMENT_SECONDS = 60
ROLLBACK_SECONDS = 5

_SESSION = {
    "application_name": "smena",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    # A frozen node must not hold its locks for ever.
    "idle_in_transaction_session_timeout": "30s",
    # Statements here are short; compiling one costs more than it saves.
    "jit": "off",
}


class CommitRefused(Exception):  # noqa: N818 -- what happened
    """A statement had failed, somebody caught that and went on: nothing was committed."""


class Tx:
    """One open transaction: everything inside happens or nothing does."""

    def __init__(
        self,
        connection: AsyncConnection,
        raw: asyncpg.Connection,
        account: AccountId | None,
        topics: Mapping[str, Sequence[str]],
    ) -> None:
        self.topics = topics
        self.account_jobs_to_wake: set[tuple[str, AccountId]] = set()
        """Filled and told by `smena.kernel.jobs`."""
        self._connection = connection
        self._raw = raw
        self._account = account
        self._before_commit: dict[Callable[[Tx], Awaitable[None]], None] = {}
        self._after_commit: list[Callable[[], None]] = []

    @property
    def account(self) -> AccountId:
        """The tenant of this transaction. A system transaction has none and must not ask."""
        if self._account is None:
            raise RuntimeError("a system transaction has no account")
        return self._account

    async def rows(self, statement: Executable | str, **params: object) -> Sequence[Row[Any]]:
        return (await self._execute(statement, params)).fetchall()

    async def row(self, statement: Executable | str, **params: object) -> Row[Any] | None:
        return (await self._execute(statement, params)).fetchone()

    async def value(self, statement: Executable | str, **params: object) -> Any:
        """Return the first column of the first row, or None when there is no row."""
        return (await self._execute(statement, params)).scalar()

    async def run(self, statement: Executable | str, **params: object) -> int:
        """Execute and return the number of rows touched."""
        return (await self._execute(statement, params)).rowcount

    async def run_many(
        self, statement: Executable | str, params: Sequence[Mapping[str, object]]
    ) -> None:
        """Execute once per mapping, in one round trip per batch of the driver."""
        if params:
            await self._connection.execute(_statement(statement), [dict(p) for p in params])

    async def driver(self) -> asyncpg.Connection:
        """Return the driver's own connection, inside this same transaction, for hot paths.

        Many rows go in by arrays and `unnest`: PostgreSQL has no COPY into tables behind row-level
        security.
        """
        return self._raw

    def before_commit(self, act: Callable[["Tx"], Awaitable[None]]) -> None:
        """Do this last inside the transaction; the same act is done once."""
        self._before_commit[act] = None

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back after a successful commit: for hints inside this process only."""
        self._after_commit.append(callback)

    async def _execute(
        self, statement: Executable | str, params: Mapping[str, object]
    ) -> CursorResult[Any]:
        return await self._connection.execute(_statement(statement), dict(params))

    async def _commit(self) -> None:
        for act in self._before_commit:
            await act(self)
        if await self._raw.execute("COMMIT") != "COMMIT":
            raise CommitRefused("a failed statement had already ended this transaction")


def _statement(statement: Executable | str) -> Executable:
    return text(statement) if isinstance(statement, str) else statement


class Database:
    """A pool of connections to one PostgreSQL, and the only way to start a transaction."""

    def __init__(self, engine: AsyncEngine, topics: Mapping[str, Sequence[str]]) -> None:
        self.engine = engine
        self.topics = topics

    @classmethod
    def open(
        cls,
        url: str,
        *,
        pool_size: int = 10,
        wait_seconds: float = POOL_SECONDS,
        topics: Mapping[str, Sequence[str]] | None = None,
    ) -> "Database":
        """Open a pool; `url` is `postgresql://user:password@host/name` or with `?host=/socket`.

        At most twice `pool_size` connections are open, the last used is used next; who waits longer
        than `wait_seconds` for one meets DatabaseBusy.
        `topics` says which account jobs wake up on which publication (see `smena.kernel.jobs`).
        """
        engine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=2 * pool_size,
            max_overflow=0,
            pool_use_lifo=True,
            pool_timeout=wait_seconds,
            pool_reset_on_return=None,
            isolation_level="AUTOCOMMIT",
            connect_args={
                "timeout": 10,
                "command_timeout": STATEMENT_SECONDS + 5,
                "server_settings": _SESSION,
            },
        )
        return cls(engine, topics or {})

    @asynccontextmanager
    async def tenant(self, account: AccountId) -> AsyncIterator[Tx]:
        """Open a transaction that sees one account only."""
        async with self._transaction(_AS_TENANT.format(account=account), account) as tx:
            yield tx

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Tx]:
        """Open a transaction across accounts: sign-in, sweeps, health. Never for business data."""
        async with self._transaction(_AS_SYSTEM, None) as tx:
            yield tx

    @asynccontextmanager
    async def _transaction(self, opening: str, account: AccountId | None) -> AsyncIterator[Tx]:
        async with self._begun(opening) as (connection, raw):
            tx = Tx(connection, raw, account, self.topics)
            try:
                yield tx
                await tx._commit()  # noqa: SLF001 -- the two classes are one
            except BaseException as error:
                await _abandon(connection, raw, error)
                raise
        for callback in tx._after_commit:  # noqa: SLF001 -- the two classes are one
            callback()

    @asynccontextmanager
    async def _begun(
        self, opening: str
    ) -> AsyncIterator[tuple[AsyncConnection, asyncpg.Connection]]:
        """Take a connection and begin; one that died in the pool is replaced, nothing is lost."""
        while True:
            connection = await self._taken()
            try:
                raw = await _driver(connection)
                if not raw.is_closed() and await _begin(connection, raw, opening):
                    yield connection, raw
                    return
                await connection.invalidate()
            finally:
                await connection.close()

    async def _taken(self) -> AsyncConnection:
        try:
            return await self.engine.connect()
        except PoolTimeout as error:
            raise DatabaseBusy from error

    async def close(self) -> None:
        await self.engine.dispose()


async def _driver(connection: AsyncConnection) -> asyncpg.Connection:
    return cast("asyncpg.Connection", (await connection.get_raw_connection()).driver_connection)


async def _begin(connection: AsyncConnection, raw: asyncpg.Connection, opening: str) -> bool:
    """Begin, and tell whether the connection was alive; a refusal of the server is raised."""
    try:
        await raw.execute(opening)
    except BaseException as error:
        if raw.is_closed() and isinstance(error, Exception):
            return False
        await _abandon(connection, raw, error)
        raise
    return True


async def _abandon(
    connection: AsyncConnection, raw: asyncpg.Connection, error: BaseException
) -> None:
    """Leave no open transaction behind: roll back, or drop the connection when in doubt."""
    if isinstance(error, Exception) and not raw.is_closed():
        try:
            await raw.execute("ROLLBACK", timeout=ROLLBACK_SECONDS)
        except Exception:  # noqa: BLE001 -- the reason for the rollback is the one to tell
            raw.terminate()
        else:
            return
    # The caller is being cancelled, perhaps in the middle of a statement: no time for manners.
    raw.terminate()
    await connection.invalidate()
