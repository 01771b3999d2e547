"""The signal "run once more": wake-ups that come while their account job is running on this node.

An account job that runs cannot be enqueued again, and it may have looked at its rows just before
new ones were committed. The signal tells it to look once more, also when it has ended a moment ago
and its job is still being taken off the queue. All of this is a hint: nothing is lost without it,
only later (see `smena.kernel.jobs.sweep`).
"""

from collections import OrderedDict

REMEMBERED_SECONDS = 2.0


class RerunSignal:
    """Knows the account jobs of this node by key; moments are seconds of any steady clock."""

    def __init__(self) -> None:
        self._has_signal: dict[str, bool] = {}
        self._ended: OrderedDict[str, float] = OrderedDict()

    def begin(self, key: str) -> None:
        """Note that a round of the account job begins: it will see what was signalled before."""
        self._has_signal[key] = False

    def has_signal(self, key: str) -> bool:
        """Tell whether a signal came since the present round began."""
        return self._has_signal.get(key, False)

    def end(self, key: str, moment: float) -> bool:
        """Note the end of the job; tell whether a signal came since its last round began."""
        self._ended[key] = moment
        self._ended.move_to_end(key)
        return self._has_signal.pop(key, False)

    def signal(self, key: str, moment: float) -> bool:
        """Note a signal; tell whether the job ended so lately that it must be woken anew."""
        while self._ended and next(iter(self._ended.values())) < moment - REMEMBERED_SECONDS:
            self._ended.popitem(last=False)
        if key in self._has_signal:
            self._has_signal[key] = True
            return False
        return key in self._ended
