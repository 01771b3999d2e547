"""Decisions with their journal: one by one and in batches (budget: 1,000/s; 10,000 x 50 in 2 s)."""

from time import perf_counter

from smena.accounts import actions as accounts
from smena.accounts.model import NewAccount
from smena.crm import actions as crm
from smena.crm.model import Changes, Group, GroupId, Pipeline, Roster, Source, User, UserId
from smena.distribution import actions
from smena.distribution.core.decide import Floor, decide
from smena.distribution.core.ledger import Ledger, enrol
from smena.distribution.model import Draft
from smena.kernel.db import Database
from tests.distribution.cast import ACME, MONDAY_10_00, SALES, new_lead

PEOPLE = 50
PURE = 10_000
STORED = 5_000
LEADS_A_MESSAGE = 500


async def main(url: str) -> None:
    ledger = enrol(Ledger(), [UserId(number) for number in range(1, PEOPLE + 1)])
    floor = Floor(frozenset(balance.user for balance in ledger.balances))
    begun = perf_counter()
    for _ in range(PURE):
        _, ledger = decide(ledger, floor)
    _say(f"the decision alone, {PEOPLE} people", PURE, perf_counter() - begun)
    database = Database.open(url, pool_size=4)
    try:
        await _set_up(database)
        for limit, words in ((1, "one by one, each its own commit"), (500, "in batches of 500")):
            await _stored(database, limit, words)
    finally:
        await database.close()


async def _stored(database: Database, limit: int, words: str) -> None:
    first = 1 if limit == 1 else STORED + 1
    for start in range(first, first + STORED, LEADS_A_MESSAGE):
        leads = tuple(new_lead(number) for number in range(start, start + LEADS_A_MESSAGE))
        async with database.tenant(ACME) as tx:
            await crm.absorb(tx, Changes(Source.HOOK, leads=leads), now=MONDAY_10_00)
    begun = perf_counter()
    while await actions.read_facts(database, ACME, MONDAY_10_00, limit=limit):
        pass
    _say(f"decision, journal, ledger and wish stored, {words}", STORED, perf_counter() - begun)


async def _set_up(database: Database) -> None:
    users = tuple(
        User(UserId(number), f"Сотрудник {number}", "", GroupId(1), True, False)
        for number in range(1, PEOPLE + 1)
    )
    staff = Changes(
        Source.API,
        users=users,
        groups=(Group(GroupId(1), "Отдел"),),
        pipelines=(Pipeline(SALES, "Продажи", 1, True, False),),
        complete=frozenset(Roster),
    )
    async with database.tenant(ACME) as tx:
        new = NewAccount(ACME, "Acme", "https://acme.amocrm.ru", "acme", "Europe/Moscow")
        await accounts.connect(tx, new, MONDAY_10_00)
        await crm.absorb(tx, staff, now=MONDAY_10_00)
    draft = Draft("Очередь", SALES, (), (GroupId(1),), is_enabled=True)
    await actions.save_template(database, ACME, draft, None, MONDAY_10_00)


def _say(what: str, count: int, seconds: float) -> None:
    print(f"  {what}: {count / seconds:,.0f}/s ({count} in {seconds:.2f} s)")
