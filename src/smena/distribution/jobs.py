"""The pump of distribution: reads the account's facts in order until there are none left."""

from smena.distribution import actions
from smena.kernel.ids import AccountId
from smena.kernel.jobs import JobContext


async def decide_new_leads(context: JobContext, account: AccountId) -> None:
    while await actions.read_facts(context.db, account, context.now):
        pass
