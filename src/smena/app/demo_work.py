"""What the people of a fresh demo get: hours, a template that shares out leads, customers."""

import asyncio

import httpx2

from smena.app import node
from smena.app.demo_hours import give_hours
from smena.crm.mirror.queries import people
from smena.crm.model.entities import Pipeline, User
from smena.distribution import actions as distribution
from smena.distribution import queries as distribution_queries
from smena.distribution.model import TemplateDraft
from smena.kernel.ids import AccountId

FIRST_LEADS = ("Остекление балкона", "Пластиковые окна в дом", "Входная дверь", "Замер кухни")


async def people_are_known(made: node.Parts, account: AccountId) -> None:
    """Wait for the first stage of the load: who works here, and in which pipelines."""
    while True:
        async with made.db.tenant(account) as tx:
            if await people.users(tx) and await people.pipelines(tx):
                return
        await asyncio.sleep(0.1)


async def give_work(made: node.Parts, account: AccountId, team: tuple[int, int]) -> bool:
    """Give the people their hours and the sales people a template; tell whether this was new.

    `team` is the size and the seed of the department.
    """
    async with made.db.tenant(account) as tx:
        users, pipelines = await people.users(tx), await people.pipelines(tx)
        if await distribution_queries.templates(tx):
            return False
        await give_hours(tx, users, team, made.clock.now())
    draft = _template(users, pipelines)
    await distribution.save_template(made.db, account, draft, None, made.clock.now())
    return True


async def first_customers(emulator_url: str, token: str) -> None:
    """Let a few customers come at once: the next ones come at the pace of the day."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(trust_env=False, headers=headers) as client:
        for name in FIRST_LEADS:
            await client.post(f"{emulator_url}/api/v4/leads", json=[{"name": name}])


def _template(users: list[User], pipelines: list[Pipeline]) -> TemplateDraft:
    """Share the new leads among the sales people, without the administrator."""
    main = next(pipeline for pipeline in pipelines if pipeline.is_main)
    sellers = tuple(user.id for user in users if user.is_active and not user.is_admin)
    return TemplateDraft("Новые сделки по очереди", main.id, sellers, (), is_enabled=True)
