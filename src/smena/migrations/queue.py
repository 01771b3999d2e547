"""The tables of the job queue: PgQueuer declares them itself, so its own words make and mend them.

They follow the installed version of the library, not our numbered migrations: `converge` runs after
these and does nothing when nothing is missing.
"""

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings, Durability

TABLES = ("pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics")

_QUEUE = QueryBuilderEnvironment(DBSettings(durability=Durability.balanced))
"""The log may be lost in a crash of the server; the jobs and their times may not."""


def install() -> str:
    """Return the statements that make the queue's tables in a new database."""
    return _QUEUE.build_install_query()


async def converge(connection: asyncpg.Connection) -> None:
    """Bring an older queue to what the installed library needs; each statement commits alone."""
    plan = await Queries(AsyncpgDriver(connection), qbe=_QUEUE).plan_upgrade()
    for statement in plan.statements:
        await connection.execute(statement)
