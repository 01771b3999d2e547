"""Short lists in the mirror: kept, renamed, gone but remembered; conditions on fields in SQL."""

from dataclasses import replace

import pytest

from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import reference_data
from smena.crm.model.details import ChoiceId, FieldId, Filled, Right, Rights, Tag, TagId, Value
from smena.crm.model.entities import EntityKind, LeadId, Source
from smena.crm.model.reading import Reading
from smena.crm.model.reference_data import FieldChoice, ReferenceData, ReferenceEntry, ReferenceKind
from smena.kernel.db import Database
from tests.crm.cast import ACME, LEAD, absorb_leads, after, claim_of, lead, open_account

pytestmark = pytest.mark.anyio

BOOK = (ReferenceKind.FIELDS, EntityKind.LEAD)
CITY = ReferenceEntry(
    ReferenceKind.FIELDS, 7001, "Город", EntityKind.LEAD, type="select",
    choices=(FieldChoice(ChoiceId(3001), "Тула"),),
)  # fmt: skip
WORTH = ReferenceEntry(ReferenceKind.FIELDS, 7002, "Сумма", EntityKind.LEAD, sort=1, type="numeric")
ROLE = ReferenceEntry(
    ReferenceKind.ROLES, 301, "Менеджер", rights=Rights((Right("leads", "view", "G"),))
)


async def learn(db: Database, *entries: ReferenceEntry, whole: bool = True) -> None:
    complete = frozenset((one.of, one.owner) for one in entries) if whole else frozenset()
    async with db.tenant(ACME) as tx:
        await ingest(tx, Reading(reference_data=ReferenceData(entries, complete)), after(3600))


async def entries(db: Database, listed: ReferenceKind) -> list[ReferenceEntry]:
    async with db.tenant(ACME) as tx:
        return await reference_data.entries(tx, listed)


async def test_what_left_a_list_is_remembered_as_gone(db: Database) -> None:
    await open_account(db)
    await learn(db, CITY, WORTH, ROLE)
    assert await entries(db, ReferenceKind.FIELDS) == [CITY, WORTH]
    assert await entries(db, ReferenceKind.ROLES) == [ROLE]
    await learn(db, replace(CITY, name="Откуда"))
    assert await entries(db, ReferenceKind.FIELDS) == [
        replace(CITY, name="Откуда"), replace(WORTH, is_gone=True),
    ]  # fmt: skip
    await learn(db, WORTH, whole=False)
    assert await entries(db, ReferenceKind.FIELDS) == [replace(CITY, name="Откуда"), WORTH]
    async with db.tenant(ACME) as tx:
        assert await reference_data.known_entries(tx, BOOK, [7001, 7009]) == {7001}
        assert await reference_data.field_types(tx) == {
            EntityKind.LEAD: {7001: "select", 7002: "numeric"}
        }


async def test_leads_are_found_by_what_their_fields_hold(db: Database) -> None:
    await open_account(db)
    tula = Filled(FieldId(7001), (Value("Тула", ChoiceId(3001)),))
    rich = Filled(FieldId(7002), (Value(12.5),))
    await absorb_leads(db, replace(LEAD, fields=(tula, rich)), replace(LEAD, id=LeadId(2)))
    async with db.tenant(ACME) as tx:
        by_choice = await tx.rows(
            """SELECT id FROM crm_lead WHERE fields @> '{"7001": [{"choice": 3001}]}'"""
        )
        by_number = await tx.rows(
            "SELECT id FROM crm_lead"
            " WHERE jsonb_path_exists(fields, '$.\"7002\"[*].value ? (@ > 12)')"
        )
        by_tag = await tx.rows("SELECT id FROM crm_lead WHERE tag_ids @> ARRAY[11]::bigint[]")
    assert [row.id for row in by_choice] == [row.id for row in by_number] == [LEAD.id]
    assert len(by_tag) == 2


async def test_a_claim_erases_nothing_that_it_does_not_say(db: Database) -> None:
    await open_account(db)
    tula = Filled(FieldId(7001), (Value("Тула"),))
    await absorb_leads(db, replace(LEAD, fields=(tula,), tags=(Tag(TagId(11), "сайт"),)))
    worth = Filled(FieldId(7002), (Value(5),))
    claim = replace(claim_of(LEAD), updated_at=after(20), fields=(worth,))
    await absorb_leads(db, claim, source=Source.WEBHOOK)
    found = await lead(db)
    assert found is not None
    assert (found.fields, found.tags) == ((tula, worth), LEAD.tags)
    assert (found.loss_reason, found.came_from) == (LEAD.loss_reason, LEAD.came_from)
    await absorb_leads(db, replace(LEAD, updated_at=after(20), fields=(), tags=()))
    found = await lead(db)
    assert found is not None
    assert (found.fields, found.tags) == ((), ())
