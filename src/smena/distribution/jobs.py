"""The account job of distribution: reads the account's facts in order until there are none left."""

from smena.distribution import actions
from smena.distribution.actions import CONSUMER
from smena.kernel.ids import AccountId
from smena.kernel.jobs.registry import JobContext

__all__ = ["CONSUMER", "decide_new_leads"]


async def decide_new_leads(context: JobContext, account: AccountId) -> None:
    # What comes after the last short batch wakes this job anew.
    while await actions.read_facts(context.db, account, context.now) == actions.BATCH:
        pass
