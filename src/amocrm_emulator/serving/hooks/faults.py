"""What may happen to webhooks on their way, for tests: lost, sent twice, overtaken."""

from dataclasses import dataclass
from random import Random

OVERTAKEN_BY_MAX = 10


@dataclass(slots=True)
class HookFaults:
    """Shares of bodies, 0 to 1, that something happens to."""

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    seed: int = 0


class HookFate:
    """Decides about each body once; the same seed decides the same."""

    def __init__(self, faults: HookFaults) -> None:
        self._faults = faults
        self._dice = Random(faults.seed)  # noqa: S311 -- reproducible faults, not secrets
        self._waiting: dict[int, int] = {}
        self._decided: set[int] = set()

    def is_dropped(self) -> bool:
        return self._falls(self._faults.drop)

    def is_doubled(self) -> bool:
        return self._falls(self._faults.duplicate)

    def may_leave(self, delivery: int) -> bool:
        """Tell whether a body may be sent now, or waits until others have overtaken it."""
        if delivery not in self._decided:
            self._decided.add(delivery)
            if self._falls(self._faults.reorder):
                self._waiting[delivery] = self._dice.randint(1, OVERTAKEN_BY_MAX)
        return delivery not in self._waiting

    def left(self, delivery: int) -> None:
        """Count a sent body: those that wait have been overtaken once more."""
        self._decided.discard(delivery)
        for waiting in list(self._waiting):
            self._waiting[waiting] -= 1
            if self._waiting[waiting] <= 0:
                del self._waiting[waiting]

    def release_all(self) -> None:
        """Let everybody go: nothing is coming that could overtake them."""
        self._waiting.clear()

    def _falls(self, share: float) -> bool:
        return share > 0 and self._dice.random() < share
