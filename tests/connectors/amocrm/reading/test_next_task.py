"""The deadline of a lead's next task follows the tasks, though the lead itself says no word."""

import pytest

from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT, ANNA
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team

pytestmark = pytest.mark.anyio


async def next_task(made: Stand, lead: int) -> int | None:
    await made.settle(rounds=2)
    async with made.db.tenant(ACCOUNT) as tx:
        at = await tx.value("SELECT next_task_at FROM crm_lead WHERE id = :id", id=lead)
    return None if at is None else int(at.timestamp())


async def test_it_follows_tasks(db: Database) -> None:
    async with stand(db, history_days=1) as made:
        team = Team(made, 1)
        team.new_lead()
        lead, crm = team.leads[0], made.crm
        made.age_everything(by_seconds=60)
        await made.connect()
        await made.load()
        due = made.now() + 7200
        task = crm.tasks.add(
            ANNA, made.now(), "Перезвонить", due, entity_type="leads", entity_id=lead, quiet=True
        )
        assert await next_task(made, lead) == due
        crm.tasks.change(ANNA, made.now(), task, complete_till=due + 60, quiet=True)
        assert await next_task(made, lead) == due + 60
        crm.cards.delete(ANNA, made.now(), "tasks", task, quiet=True)
        assert await next_task(made, lead) is None
