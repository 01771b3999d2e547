"""The rows of what an account has chosen for itself."""

from datetime import datetime

from smena.accounts.model import Choices, Module, Switch
from smena.kernel.db import Tx

CHOOSE = """
UPDATE account SET own_time_zone = :time_zone, language = :language WHERE id = :account
"""

SWITCHES = "SELECT module, is_on, switched_at FROM account_module WHERE account_id = :account"

SWITCH_OF = """
SELECT is_on, switched_at FROM account_module WHERE account_id = $1 AND module = $2
"""

# Switching on what is on must not move the moment since which it works.
SWITCH = """
INSERT INTO account_module AS m (account_id, module, is_on, switched_at)
VALUES (:account, :module, :is_on, :now)
ON CONFLICT (account_id, module) DO UPDATE
   SET is_on = excluded.is_on, switched_at = excluded.switched_at
 WHERE m.is_on <> excluded.is_on
"""


async def choose(tx: Tx, chosen: Choices) -> None:
    await tx.run(CHOOSE, account=tx.account, time_zone=chosen.time_zone, language=chosen.language)


async def switches(tx: Tx) -> dict[Module, Switch]:
    known = set(Module)
    return {
        Module(row.module): Switch(row.is_on, row.switched_at)
        for row in await tx.rows(SWITCHES, account=tx.account)
        if row.module in known
    }


async def switch_of(tx: Tx, module: Module) -> Switch:
    """Return one module's switch; asked before every decision, so by the driver itself."""
    raw = await tx.driver()
    row = await raw.fetchrow(SWITCH_OF, tx.account, module.value)
    return Switch() if row is None else Switch(row["is_on"], row["switched_at"])


async def switch(tx: Tx, module: Module, is_on: bool, now: datetime) -> None:  # noqa: FBT001 -- a column
    await tx.run(SWITCH, account=tx.account, module=module.value, is_on=is_on, now=now)
