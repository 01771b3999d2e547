"""Calls into the mirror of a real database."""

from dataclasses import replace

import pytest

from smena.crm.facts.model import CallEnded
from smena.crm.mirror.queries import timeline
from smena.crm.model.entities import Changes, EntityKind, NoteId, Source
from smena.kernel.db import Database
from tests.crm.cast import (
    ACME,
    ANNA,
    BORIS,
    CALL,
    MONDAY_10_00,
    absorb,
    after,
    facts,
    open_account,
)

pytestmark = pytest.mark.anyio


async def test_a_call_told_by_two_notes_is_one_call(db: Database) -> None:
    await open_account(db)
    copy = replace(CALL, note=NoteId(77000), entity_kind=EntityKind.CONTACT, entity_id=5001)
    await absorb(db, Changes(Source.API, calls=(CALL,)))
    await absorb(db, Changes(Source.API, calls=(copy,)))
    async with db.tenant(ACME) as tx:
        found = await timeline.calls_of(tx, None, MONDAY_10_00, after(3600))
    assert found[ANNA].starts == [int(after(540).timestamp())]
    assert found[ANNA].durations == [60]
    assert [f for f in await facts(db) if isinstance(f, CallEnded)] == [
        CallEnded(note=CALL.note, user=ANNA)
    ]


async def test_a_call_that_changes_hands_touches_both_days(db: Database) -> None:
    await open_account(db)
    await absorb(db, Changes(Source.API, calls=(CALL,)))
    moved = await absorb(db, Changes(Source.API, calls=(replace(CALL, user=BORIS),)))
    assert moved.touched == {ANNA, BORIS}
