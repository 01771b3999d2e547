"""Questions about talks and requests not yet sorted."""

from collections.abc import Iterable

from smena.crm.mirror.store import (
    conversations,
    unsorted,
)
from smena.crm.model.conversations import TalkId, Unsorted
from smena.kernel.db import Tx


async def known_talks(tx: Tx, ids: Iterable[TalkId]) -> set[int]:
    """Return which of these talks are in the mirror."""
    return set(await conversations.talks(tx, ids))


async def open_unsorted(tx: Tx) -> list[Unsorted]:
    """Return the requests that wait for somebody, the oldest first."""
    return await unsorted.still_open(tx)
