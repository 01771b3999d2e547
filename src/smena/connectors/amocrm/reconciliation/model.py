"""Words of a reconciliation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from smena.connectors.amocrm.reconciliation.core.plan import (
    ReconciliationId,
    ReconciliationPart,
    summed,
)


class AskedBy(StrEnum):
    """Who wanted a reconciliation."""

    NIGHT = "night"
    PERSON = "person"


class ReconciliationOutcome(StrEnum):
    """How it ended. `UNHEALED`: some difference stays, e.g. too much gone to be believed."""

    DONE = "done"
    UNHEALED = "unhealed"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One comparison of the mirror with amoCRM."""

    id: ReconciliationId
    asked_by: AskedBy
    started_at: datetime
    next_at: datetime
    finished_at: datetime | None
    outcome: ReconciliationOutcome | None


@dataclass(frozen=True, slots=True)
class Report:
    """A reconciliation with its parts, in the order of their turn."""

    reconciliation: Reconciliation
    parts: tuple[ReconciliationPart, ...]

    def total(self) -> ReconciliationPart:
        """Return all parts summed up in one."""
        return summed(self.parts)
