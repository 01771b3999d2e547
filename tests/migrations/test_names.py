"""A database of the version before the standard names keeps its data under the new ones."""

from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from smena.crm.facts import queries as facts
from smena.crm.facts.consumer import consume
from smena.crm.facts.model import (
    CommandDelivered,
    CommandRefused,
    CommandSuperseded,
    ResponsibleChanged,
)
from smena.crm.mirror.queries import change_notifications, coverage, reference_data
from smena.crm.model.entities import CommandId, Coverage, LeadId, UserId
from smena.crm.model.reference_data import ReferenceKind
from smena.crm.outbox import queries as outbox
from smena.crm.outbox.model import CommandFilter, CommandState, Priority
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.migrations.apply import upgrade
from tests.migrations.test_apply import connected, older_database

pytestmark = pytest.mark.anyio

ACCOUNT = AccountId(31000001)
BEFORE = "0012"
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

OLD_ROWS = (Path(__file__).parent / "version_0012.sql").read_text()


async def test_everything_is_there_under_its_new_name(server_url: str) -> None:
    async with older_database(server_url, version=BEFORE) as url:
        await fill(url)
        await upgrade(url)
        db = Database.open(url, pool_size=1, topics={})
        try:
            await the_crm_is_there(db)
            await the_connector_is_there(db)
        finally:
            await db.close()
        async with connected(url) as connection:
            assert await old_names(connection) == []


async def fill(url: str) -> None:
    async with connected(url) as connection:
        await connection.execute(OLD_ROWS)


async def the_crm_is_there(db: Database) -> None:
    async with db.tenant(ACCOUNT) as tx:
        told = [one.fact for one in await facts.facts(tx, 0, 10)]
        (command,) = await outbox.find_commands(tx, CommandFilter())
        (changed,) = await change_notifications.change_notifications(tx, 0)
        (tag,) = await reference_data.entries(tx, ReferenceKind.TAGS)
        until = await coverage.complete_until(tx)
        unread = await consume(tx, "distribution", 10)
    first, second, third = (CommandId(number) for number in (1, 2, 3))
    assert told == [
        CommandDelivered(command=first, cause="a:1", created=9),
        CommandRefused(command=second, cause="a:2", reason="wish"),
        CommandSuperseded(command=third, cause="a:3"),
        ResponsibleChanged(lead=LeadId(7), before=None, after=UserId(5), by_command=first),
        ResponsibleChanged(lead=LeadId(8), before=UserId(4), after=UserId(5)),
    ]
    assert (command.state, command.priority) == (CommandState.SUPERSEDED, Priority.AGAIN)
    assert changed.users == {UserId(5), UserId(6)}
    assert tag.name == "срочно"
    assert [one.fact for one in unread] == told[4:]
    assert until == dict.fromkeys((Coverage.PEOPLE, Coverage.REFERENCE_DATA, Coverage.EVENTS), AT)


async def the_connector_is_there(db: Database) -> None:
    async with db.system() as tx:
        kept = await tx.row(
            "SELECT webhook_state, clock_offset_seconds, people_at, reference_data_at,"
            " malformed_rows FROM amocrm_connection"
        )
        assert kept is not None
        assert tuple(kept) == ("alive", 2.5, AT, AT, 3)
        part = await tx.row("SELECT remote, local FROM amocrm_reconciliation_part")
        assert part is not None
        assert tuple(part) == (10, 9)
        assert await tx.value("SELECT id FROM amocrm_reconciliation_suspect") == 7
        assert await tx.value("SELECT id FROM amocrm_fetch") == 7
        assert await tx.value("SELECT requests FROM amocrm_request_count") == 12
        assert await tx.value("SELECT webhook_lag_seconds FROM amocrm_last_seen") == 0.5
        assert await tx.value("SELECT job FROM job_failure") == "amocrm.dispatcher"
        assert await tx.value("SELECT name FROM rate_limit") == "amocrm.reconciliation"


async def old_names(connection: asyncpg.Connection) -> list[str]:
    """Return tables, indexes, sequences and constraints that still bear an old name."""
    found = await connection.fetch(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    )
    old = (
        "crm_wish",
        "crm_pulse",
        "crm_entry",
        "amocrm_unread",
        "amocrm_check",
        "amocrm_minute",
        "amocrm_vital",
    )
    return sorted(row["name"] for row in found if row["name"].startswith(old))
