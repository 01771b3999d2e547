"""Rows that a comparison proved wrong: the next read replaces them."""

from collections.abc import Collection

from smena.crm.facts.store import log
from smena.crm.mirror.model import ComparedKind
from smena.crm.mirror.store import marks
from smena.kernel.db import Tx


async def mark_unverified(tx: Tx, of: ComparedKind, ids: Collection[int]) -> None:
    """Believe nothing of these rows: the next read of the CRM takes their place, however old."""
    await log.lock_mirror(tx)
    await marks.mark_unverified(tx, of, ids)
