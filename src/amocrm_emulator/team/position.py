"""How far a team has played its plan, kept in the account's file with what it did."""

from dataclasses import dataclass
from typing import Self

from amocrm_emulator.account.store import Store

_KEY = "team"


@dataclass(frozen=True, slots=True)
class Position:
    """Everything planned up to second `plan` was done; that was at the real second `real`."""

    plan: int
    real: int

    @classmethod
    def load(cls, store: Store) -> Self | None:
        kept = store.meta(_KEY)
        return None if kept is None else cls(kept["plan"], kept["real"])

    def save(self, store: Store) -> None:
        """Write within the transaction of the acts: both are done, or neither."""
        store.set_meta(_KEY, {"plan": self.plan, "real": self.real})
