"""Questions about cards and what hangs on them."""

from collections.abc import Collection, Iterable

from smena.crm.mirror.store import (
    leads,
)
from smena.crm.model.entities import (
    EntityKind,
    Lead,
    LeadId,
)
from smena.kernel.db import Tx

LINKED_LEADS = {
    EntityKind.CONTACT: """
SELECT id FROM crm_lead WHERE account_id = $1 AND NOT is_deleted AND contact_ids && $2::bigint[]
""",
    EntityKind.COMPANY: """
SELECT id FROM crm_lead WHERE account_id = $1 AND NOT is_deleted AND company_id = ANY($2::bigint[])
""",
}


LINKED_CONTACTS = """
SELECT id FROM crm_contact
 WHERE account_id = $1 AND NOT is_deleted AND company_id = ANY($2::bigint[])
"""


LEADS_OF_TASKS = """
SELECT DISTINCT entity_id FROM crm_task
 WHERE account_id = :account AND id = ANY(:tasks) AND entity_kind = 'lead'
   AND entity_id IS NOT NULL
"""


TASKS_ON = """
SELECT id FROM crm_task
 WHERE account_id = $1 AND NOT is_deleted AND entity_kind = $2 AND entity_id = ANY($3::bigint[])
"""


async def tasks_on(tx: Tx, kind: EntityKind, ids: Collection[int]) -> set[int]:
    """Return the tasks that hang on these cards."""
    raw = await tx.driver()
    return {row["id"] for row in await raw.fetch(TASKS_ON, tx.account, kind, list(ids))}


async def leads_with(tx: Tx, kind: EntityKind, ids: Collection[int]) -> set[int]:
    """Return the leads linked to these contacts or companies."""
    raw = await tx.driver()
    if kind not in LINKED_LEADS:
        return set()
    return {row["id"] for row in await raw.fetch(LINKED_LEADS[kind], tx.account, list(ids))}


async def contacts_with(tx: Tx, companies: Collection[int]) -> set[int]:
    """Return the contacts linked to these companies."""
    raw = await tx.driver()
    rows = await raw.fetch(LINKED_CONTACTS, tx.account, list(companies))
    return {row["id"] for row in rows}


async def leads_of_tasks(tx: Tx, tasks: Collection[int]) -> set[int]:
    """Return the leads that these tasks are about."""
    rows = await tx.rows(LEADS_OF_TASKS, account=tx.account, tasks=list(tasks))
    return {row.entity_id for row in rows}


async def lead(tx: Tx, lead_id: LeadId) -> Lead | None:
    return (await find_leads(tx, [lead_id])).get(lead_id)


async def find_leads(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, Lead]:
    return {held.row.id: held.row for held in (await leads.find(tx, ids)).values()}
