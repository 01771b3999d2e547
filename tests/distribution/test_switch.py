"""Distribution that is switched off gives nothing to anybody, also not afterwards (CORE-6)."""

from datetime import timedelta

import pytest

from smena.accounts import actions as accounts
from smena.accounts.model import Module
from smena.crm.facts.consumer import behind
from smena.crm.model.entities import LeadId
from smena.crm.outbox import actions
from smena.distribution import queries
from smena.distribution.actions import CONSUMER
from smena.distribution.model import ResultFilter, State
from smena.kernel.db import Database
from tests.distribution.cast import (
    ACME,
    ANNA,
    BORIS,
    MONDAY_10_00,
    decide_all,
    leads_come,
    make_template,
    new_lead,
    open_account,
)

pytestmark = pytest.mark.anyio
TEN_PAST = MONDAY_10_00 + timedelta(minutes=10)


async def switch(db: Database, minutes: int, *, is_on: bool) -> None:
    async with db.tenant(ACME) as tx:
        at = MONDAY_10_00 + timedelta(minutes=minutes, milliseconds=700)
        await accounts.switch(tx, Module.DISTRIBUTION, at, is_on=is_on)


async def receivers(db: Database) -> dict[LeadId, object]:
    async with db.tenant(ACME) as tx:
        return {one.lead: one.user for one in await queries.results(tx, ResultFilter(limit=100))}


async def test_what_came_meanwhile_is_not_given_out_at_once(db: Database) -> None:
    await open_account(db)
    await make_template(db, ANNA, BORIS)
    await switch(db, 5, is_on=False)
    await leads_come(db, *(new_lead(n, after_seconds=400) for n in range(1, 30)))
    await decide_all(db)
    assert await receivers(db) == {}
    await switch(db, 10, is_on=True)
    late = new_lead(30, after_seconds=599)
    await leads_come(db, late, new_lead(31, after_seconds=600), new_lead(32, after_seconds=700))
    await decide_all(db)
    assert await receivers(db) == {31: ANNA, 32: BORIS}


async def test_nothing_waits_to_be_read_while_it_is_off(db: Database) -> None:
    await open_account(db)
    await make_template(db, ANNA)
    await switch(db, 5, is_on=False)
    await leads_come(db, new_lead(1, after_seconds=400))
    await decide_all(db)
    async with db.system() as tx:
        assert await behind(CONSUMER)(tx, MONDAY_10_00) == []


async def test_decisions_under_way_find_their_end(db: Database) -> None:
    await open_account(db)
    await make_template(db, ANNA, BORIS)
    await leads_come(db, new_lead(1), new_lead(2))
    await decide_all(db)
    await switch(db, 5, is_on=False)
    async with db.tenant(ACME) as tx:
        items = await actions.claim(tx, 50, TEN_PAST)
        await actions.refused(tx, {item.key: "NotSupportedChoice" for item in items}, TEN_PAST)
    await decide_all(db)
    async with db.tenant(ACME) as tx:
        found = await queries.results(tx, ResultFilter(limit=100))
    assert [one.state for one in found] == [State.REFUSED, State.REFUSED], "not decided again"
