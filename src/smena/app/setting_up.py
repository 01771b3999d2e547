"""What an account gets when it is connected, so that the first screen works at once (ACT-1)."""

from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.staff import actions as staff


async def make_ready(db: Database, account: AccountId) -> None:
    """Give a connected account its usual working hours; harmless when it has them."""
    async with db.tenant(account) as tx:
        await staff.ensure_default(tx)
