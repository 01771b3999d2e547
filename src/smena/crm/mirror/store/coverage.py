"""How complete the mirror is, by kind of data."""

from datetime import datetime

from smena.kernel.db import Tx

COMPLETE = """
INSERT INTO crm_mirror (account_id, complete_until)
VALUES (:account, jsonb_build_object(CAST(:kind AS text), CAST(:until AS text)))
ON CONFLICT (account_id) DO UPDATE
   SET complete_until = crm_mirror.complete_until || excluded.complete_until
"""


async def complete_until(tx: Tx, kind: str, until: datetime) -> None:
    await tx.run(COMPLETE, account=tx.account, kind=kind, until=until.isoformat())
