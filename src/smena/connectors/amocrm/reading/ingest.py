"""A page of amoCRM's lists into the mirror, with the types of events that we do not know yet."""

from datetime import datetime

import structlog

from smena.connectors.amocrm.translation.events import unknown_types
from smena.connectors.amocrm.translation.parse import ParsedPage
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.model import Ingested
from smena.kernel.db import Tx
from smena.kernel.metrics import UNKNOWN_EVENTS

log = structlog.get_logger(__name__)
_told: set[str] = set()


async def ingest_page(tx: Tx, page: ParsedPage, now: datetime) -> Ingested:
    """Take a page in. A type of events that is new to us is counted and told once."""
    ingested = await ingest(tx, page, now)
    unknown = unknown_types(page.changes.events)
    UNKNOWN_EVENTS.inc(unknown.total())
    for name in sorted(set(unknown) - _told):
        log.info("unknown_event_type", type=name)
        _told.add(name)
    return ingested
