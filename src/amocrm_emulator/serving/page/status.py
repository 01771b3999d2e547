"""The strip on every page: the account, its clock, its limits, the faults that are on."""

from dataclasses import dataclass

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
    """`busy_until`, `banned_until`: moments, None when they have passed."""

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
        )

    @property
    def has_faults(self) -> bool:
        of_hooks = (self.hooks.drop, self.hooks.duplicate, self.hooks.reorder)
        of_api = (self.script, self.latency_ms, self.busy_until, self.banned_until)
        return any((*of_hooks, *of_api))


def movable(clock: CrmClock) -> ManualClock | MovableClock | None:
    """Return a clock that a hand may move; None for the machine's."""
    return clock if isinstance(clock, ManualClock | MovableClock) else None
