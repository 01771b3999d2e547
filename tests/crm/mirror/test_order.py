"""A lost, doubled or reordered message changes nothing in the end state (CORE-2)."""

from dataclasses import replace
from random import Random

import pytest

from smena.crm.mirror.queries import cards
from smena.crm.model.entities import Changes, ContactId, EntityKind, Lead, LeadId, Removed, Source
from smena.kernel.db import Database
from tests.crm.cast import (
    ACME,
    ANNA,
    BORIS,
    LEAD,
    NEW,
    TALKS,
    VERA,
    absorb,
    absorb_leads,
    after,
    claim_of,
    open_account,
)

pytestmark = pytest.mark.anyio


def random_lead(number: LeadId, dice: Random) -> Lead:
    return replace(
        LEAD,
        id=number,
        responsible=dice.choice([ANNA, BORIS, VERA]),
        status=dice.choice([NEW, TALKS]),
        contacts=tuple(ContactId(5001 + place) for place in range(dice.randrange(3))),
        updated_at=after(dice.randrange(10, 20)),
    )


def random_message(number: LeadId, dice: Random) -> Changes:
    """Give a claim, a read, or news of the bin about one lead."""
    kind = dice.randrange(3)
    if kind == 0:
        return Changes(Source.WEBHOOK, leads=(claim_of(random_lead(number, dice)),))
    if kind == 1:
        return Changes(Source.API, leads=(random_lead(number, dice),))
    at, is_restored = after(dice.randrange(10, 20)), dice.random() < 0.5
    return Changes(
        Source.API, removed=(Removed(EntityKind.LEAD, number, at, is_restored=is_restored),)
    )


@pytest.mark.parametrize("seed", range(8))
async def test_any_messages_followed_by_a_read_end_in_what_was_read(
    db: Database, seed: int
) -> None:
    """Ten stories of up to eight messages, some lost, some doubled, all shuffled."""
    dice = Random(seed)
    await open_account(db)
    for number in range(1, 11):
        lead = LeadId(number)
        told = [random_message(lead, dice) for _ in range(dice.randrange(7))]
        told += told[: dice.randrange(3)]
        dice.shuffle(told)
        for message in told:
            await absorb(db, message)
        truth = replace(random_lead(lead, dice), updated_at=after(20))
        await absorb_leads(db, truth)
        async with db.tenant(ACME) as tx:
            assert await cards.lead(tx, lead) == truth, told
        for message in told:
            again = await absorb(db, message)
            assert again.facts == 0, message
