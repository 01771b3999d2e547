"""The strip on every page: the account, its clock, its limits, the faults that are on."""

from dataclasses import dataclass
from math import ceil

from amocrm_emulator.account.clock import CrmClock, ManualClock, MovableClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.api.kit.answers import Http
from amocrm_emulator.serving.api.kit.limiter import RequestLimiter
from amocrm_emulator.serving.faults.wire import Wire
from amocrm_emulator.serving.hooks.faults import HookFaults
from amocrm_emulator.serving.hooks.sender import Sender
from amocrm_emulator.serving.page.forms.fault_presets import Ahead, ahead


@dataclass(frozen=True, slots=True)
class EmulatorStatus:
    """`silent_until`, `busy_until`, `banned_until`: moments, None when they have passed."""

    account: str
    subdomain: str
    number: int
    time_zone: str
    stands: bool
    is_movable: bool
    per_second: int | None
    hooks: HookFaults
    script: list[Ahead]
    latency_ms: int
    busy_until: float | None
    banned_until: float | None
    silent_until: float | None
    now: float

    @classmethod
    def of(cls, request: Http) -> "EmulatorStatus":
        """Look at the running emulator."""
        crm: Crm = request.app.state.crm
        limiter: RequestLimiter = request.app.state.limiter
        sender: Sender = request.app.state.sender
        wire: Wire = request.app.state.wire
        now = crm.clock.exact()
        return cls(
            account=crm.account.doc["name"],
            subdomain=crm.account.subdomain,
            number=crm.account.id,
            time_zone=crm.account.doc["time_zone"],
            stands=isinstance(crm.clock, ManualClock),
            is_movable=movable(crm.clock) is not None,
            per_second=limiter.per_second,
            hooks=sender.faults,
            script=ahead(wire),
            latency_ms=round(1000 * wire.latency_seconds),
            busy_until=limiter.busy_until if now < limiter.busy_until else None,
            banned_until=limiter.banned_until if now < limiter.banned_until else None,
            silent_until=wire.silent_until if now < wire.silent_until else None,
            now=now,
        )

    @property
    def has_faults(self) -> bool:
        of_hooks = (self.hooks.drop, self.hooks.duplicate, self.hooks.reorder)
        return any((*of_hooks, self.script, self.latency_ms, *self._ends))

    @property
    def seconds_left(self) -> int | None:
        """Return when the trouble ends by itself; None: not by itself, or there is none."""
        ends = [end for end in self._ends if end is not None]
        return ceil(max(ends) - self.now) if ends else None

    @property
    def _ends(self) -> tuple[float | None, ...]:
        return self.silent_until, self.busy_until, self.banned_until


def movable(clock: CrmClock) -> ManualClock | MovableClock | None:
    """Return a clock that a hand may move; None for the machine's."""
    return clock if isinstance(clock, ManualClock | MovableClock) else None
