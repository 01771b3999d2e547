"""Decisions with their journal: one by one and in batches (budget: 1,000/s; 10,000 x 50 in 2 s).

"One by one" is a transaction and a wait for the disk for each lead, in sequence. Left out is what
the queue of jobs costs: an account job decides all that came meanwhile together.
"""

import asyncio
from collections.abc import Sequence
from statistics import median
from time import perf_counter

from smena.accounts import actions as accounts
from smena.accounts.model import NewAccount
from smena.crm.mirror.ingest import ingest
from smena.crm.model.entities import (
    Changes,
    Group,
    GroupId,
    Pipeline,
    Source,
    User,
    UserId,
    WholeList,
)
from smena.crm.model.reading import Reading
from smena.distribution import actions
from smena.distribution.core.decide import Availability, decide
from smena.distribution.core.ledger import Ledger, enrol
from smena.distribution.model import TemplateDraft
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from tests.distribution.cast import ACME, MONDAY_10_00, SALES, new_lead

PEOPLE = 50
PURE = 10_000
ALONE = 2_000
TOGETHER = 10_000
BATCH = 500
ROUNDS = 3
ACCOUNTS = tuple(AccountId(ACME + number) for number in range(4))


async def main(url: str) -> None:
    ledger = enrol(Ledger(), [UserId(number) for number in range(1, PEOPLE + 1)])
    floor = Availability(frozenset(balance.user for balance in ledger.balances))
    begun = perf_counter()
    for _ in range(PURE):
        _, ledger = decide(ledger, floor)
    _say(f"the decision alone, {PEOPLE} people", PURE, [perf_counter() - begun])
    database = Database.open(url, pool_size=len(ACCOUNTS))
    try:
        for account in ACCOUNTS:
            await _set_up(database, account)
        await _stored(database, ACCOUNTS[:1], ALONE, 1, "one by one, each its own commit")
        await _stored(database, ACCOUNTS, ALONE, 1, "one by one, four accounts at once")
        await _stored(database, ACCOUNTS[:1], TOGETHER, BATCH, f"in batches of {BATCH}")
    finally:
        await database.close()


async def _stored(
    database: Database, chosen: Sequence[AccountId], leads: int, limit: int, words: str
) -> None:
    """Decide about so many leads of all accounts together, a few times over."""
    spent = []
    for _ in range(ROUNDS):
        for account in chosen:
            await _come(database, account, leads // len(chosen))
        begun = perf_counter()
        await asyncio.gather(*(_drain(database, account, limit) for account in chosen))
        spent.append(perf_counter() - begun)
    _say(f"decision, journal, ledger and command stored, {words}", leads, spent)


async def _drain(database: Database, account: AccountId, limit: int) -> None:
    while await actions.read_facts(database, account, MONDAY_10_00, limit=limit):
        pass


async def _come(database: Database, account: AccountId, leads: int) -> None:
    """Let leads appear that nobody has seen yet; their numbers go on where the last ones ended."""
    async with database.tenant(account) as tx:
        known = await tx.value("SELECT count(*) FROM crm_lead WHERE account_id = :a", a=account)
    for first in range(known, known + leads, BATCH):
        numbers = range(first + 1, min(first + BATCH, known + leads) + 1)
        changes = Changes(Source.WEBHOOK, leads=tuple(map(new_lead, numbers)))
        async with database.tenant(account) as tx:
            await ingest(tx, Reading(changes), MONDAY_10_00)


async def _set_up(database: Database, account: AccountId) -> None:
    users = tuple(
        User(UserId(number), f"Сотрудник {number}", "", GroupId(1), True, False)
        for number in range(1, PEOPLE + 1)
    )
    staff = Changes(
        Source.API,
        users=users,
        groups=(Group(GroupId(1), "Отдел"),),
        pipelines=(Pipeline(SALES, "Продажи", 1, True, False),),
        complete=frozenset(WholeList),
    )
    async with database.tenant(account) as tx:
        new = NewAccount(account, "Acme", "https://acme.amocrm.ru", "acme", "Europe/Moscow")
        await accounts.connect(tx, new, MONDAY_10_00)
        await ingest(tx, Reading(staff), MONDAY_10_00)
    draft = TemplateDraft("Очередь", SALES, (), (GroupId(1),), is_enabled=True)
    await actions.save_template(database, account, draft, None, MONDAY_10_00)


def _say(what: str, count: int, spent: Sequence[float]) -> None:
    usual = median(spent)
    print(f"  {what}: {count / usual:,.0f}/s ({count:,} in {usual:.2f} s, best {min(spent):.2f} s)")
