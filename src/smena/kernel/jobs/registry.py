"""What may run in the background: jobs, account jobs and recurring work, each by its name.

An account job drains the rows of one account and one purpose in order and returns. It always looks
at its rows and never at what it was told. Two runs of one account job may overlap for a moment when
a heartbeat is late, so it locks the row that orders its work.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from smena.kernel.clock import Clock
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from smena.kernel.labels import Label

Service = TypeVar("Service")


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job works with; `services` are made once by the composition root."""

    db: Database
    clock: Clock
    services: Mapping[type, object] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def service(self, kind: type[Service]) -> Service:
        """Return the service of this kind; KeyError or TypeError when there is none."""
        found = self.services[kind]
        if not isinstance(found, kind):
            raise TypeError(f"the service {kind.__name__} is a {type(found).__name__}")
        return found


Job = Callable[..., Awaitable[None]]
AccountJob = Callable[[JobContext, AccountId], Awaitable[None]]
Pending = Callable[[Tx, datetime], Awaitable[Sequence[AccountId]]]


@dataclass(frozen=True, slots=True)
class AccountJobEntry:
    run: AccountJob
    pending: Pending


@dataclass(frozen=True, slots=True)
class CronEntry:
    run: Job
    expression: str


class Registry:
    """All background work of the installation, filled by plain calls in `app/wiring.py`.

    `label` names the work to people; whatever has none is shown by its own name.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.account_jobs: dict[str, AccountJobEntry] = {}
        self.crons: dict[str, CronEntry] = {}
        self.labels: dict[str, Label] = {}

    def job(self, name: str, run: Job, *, label: Label | None = None) -> None:
        """Register work that takes keyword arguments (ids) beside its context."""
        self._add(name, label)
        self.jobs[name] = run

    def account_job(
        self, name: str, run: AccountJob, pending: Pending, *, label: Label | None = None
    ) -> None:
        """Register an account job; `pending` tells, across accounts, who has work at a moment."""
        self._add(name, label)
        self.account_jobs[name] = AccountJobEntry(run, pending)

    def cron(self, name: str, expression: str, run: Job, *, label: Label | None = None) -> None:
        """Register work by the clock (UTC); it runs on one node per tick."""
        self._add(name, label)
        self.crons[name] = CronEntry(run, expression)

    def _add(self, name: str, label: Label | None) -> None:
        """Check that the name is new (ValueError) and keep its label."""
        if name in self.jobs or name in self.account_jobs or name in self.crons:
            raise ValueError(f"background work {name} is registered twice")
        if label is not None:
            self.labels[name] = label
