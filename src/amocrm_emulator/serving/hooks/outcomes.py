"""What became of the latest webhook bodies: for the emulator's page, not for its rules."""

from collections import Counter, deque
from dataclasses import dataclass

KEPT = 60
DROPPED = -1
NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """One attempt; `status` is the receiver's, NO_ANSWER or DROPPED by a fault."""

    at: float
    hook: int
    destination: str
    attempt: int
    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        return 100 <= self.status < 300  # noqa: PLR2004 -- the vendor's own bounds


class DeliveryOutcomes:
    """The latest attempts and how many there were of each status for each hook."""

    def __init__(self) -> None:
        self.latest: deque[DeliveryOutcome] = deque(maxlen=KEPT)
        self.counts: dict[int, Counter[int]] = {}

    def note(self, outcome: DeliveryOutcome) -> None:
        self.latest.append(outcome)
        self.counts.setdefault(outcome.hook, Counter())[outcome.status] += 1
