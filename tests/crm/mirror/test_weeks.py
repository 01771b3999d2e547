"""The pieces of the event log: made for whoever needs them, closed to direct access."""

import asyncio

import asyncpg
import pytest

from smena.crm import actions
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import timeline
from smena.crm.model.entities import Changes, Source
from smena.crm.model.reading import Reading
from smena.kernel.db import Database
from tests.crm.cast import (
    ACME,
    ANNA,
    LAST_YEAR,
    MONDAY_10_00,
    OTHER,
    absorb,
    after,
    event,
    open_account,
)
from tests.patience import patience

pytestmark = pytest.mark.anyio

PIECES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS is_closed
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = 'crm_event'::regclass ORDER BY c.relname
"""


async def test_rooms_are_made_ahead_from_monday_to_monday(db: Database) -> None:
    async with db.system() as tx:
        await actions.make_room(tx, MONDAY_10_00)
        pieces = await tx.rows(PIECES)
    assert [tuple(piece) for piece in pieces] == [
        ("crm_event_20261116", True),
        ("crm_event_20261123", True),
        ("crm_event_20261130", True),
        ("crm_event_20261207", True),
    ]


async def test_a_piece_is_closed_to_direct_access(db: Database) -> None:
    await open_account(db)
    await absorb(db, Changes(Source.API, events=(event(1, after(1)),)))
    with pytest.raises(
        asyncpg.InsufficientPrivilegeError, match="permission denied for table crm_event_20261116"
    ):
        await _read_piece(db)


async def test_readers_and_writers_of_other_weeks_go_on_while_a_room_is_made(db: Database) -> None:
    await open_account(db)
    await open_account(db, OTHER)
    await absorb(db, Changes(Source.API, events=(event(1, after(1)),)))
    async with db.tenant(ACME) as tx:
        old = Changes(Source.API, events=(event(2, LAST_YEAR),))
        await ingest(tx, Reading(old), after(60))
        async with asyncio.timeout(patience()):
            fresh = Changes(Source.API, events=(event(3, after(2)),))
            assert (await absorb(db, fresh, OTHER)).new_events == 1
            async with db.tenant(OTHER) as other:
                found = await timeline.events_of(other, None, MONDAY_10_00, after(60))
    assert found[ANNA].moments == [int(after(2).timestamp())]


async def test_a_room_undone_with_its_message_is_made_again(db: Database) -> None:
    await open_account(db)
    changes = Changes(Source.API, events=(event(1, LAST_YEAR),))
    with pytest.raises(RuntimeError, match="die"):
        await _absorb_and_die(db, changes)
    assert (await absorb(db, changes)).new_events == 1


async def _read_piece(db: Database) -> None:
    async with db.tenant(ACME) as tx:
        await tx.rows("SELECT * FROM crm_event_20261116")


async def _absorb_and_die(db: Database, changes: Changes) -> None:
    async with db.tenant(ACME) as tx:
        await ingest(tx, Reading(changes), after(60))
        raise RuntimeError("die")
