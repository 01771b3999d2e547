"""The emulator's time: the machine's, the machine's moved, or set by hand in tests."""

import time
from typing import Protocol


class CrmClock(Protocol):
    def now(self) -> int:
        """Return Unix seconds."""
        ...

    def exact(self) -> float:
        """Return Unix seconds with their fraction, for limits within a second."""
        ...


class MachineClock:
    def now(self) -> int:
        return int(time.time())

    def exact(self) -> float:
        return time.time()


class ManualClock:
    """Stands still until somebody moves it."""

    def __init__(self, moment: float) -> None:
        self.moment = moment

    def now(self) -> int:
        return int(self.moment)

    def exact(self) -> float:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += seconds


class MovableClock:
    """Goes as the machine's does, from wherever somebody has moved it."""

    def __init__(self) -> None:
        self.ahead = 0.0

    @property
    def moment(self) -> float:
        return time.time() + self.ahead

    @moment.setter
    def moment(self, moment: float) -> None:
        self.ahead = moment - time.time()

    def now(self) -> int:
        return int(self.moment)

    def exact(self) -> float:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.ahead += seconds
