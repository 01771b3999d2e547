"""The rules of the emulated account, used by the API and by the simulated team alike.

Every write has an author and a moment, leaves events in the log, keeps derived fields and queues
webhooks. The verbs live in `pipelines`, `unsorted`, `talks`, `leads`, `cards`, `work`, `core`;
here the account begins.
"""

import sqlite3
from dataclasses import asdict
from pathlib import Path

from amocrm_emulator.account.clock import CrmClock, MachineClock, MovableClock
from amocrm_emulator.account.field_registry import first_fields
from amocrm_emulator.account.hooks.core.triggers import TriggerAccount
from amocrm_emulator.account.hooks.stages import Stages
from amocrm_emulator.account.oauth.authority import Authority, NewIntegration
from amocrm_emulator.account.pipelines import CrmPipelines
from amocrm_emulator.account.role_registry import role_of
from amocrm_emulator.account.spec import AccountSpec
from amocrm_emulator.account.store import Store


class Crm(CrmPipelines):
    """The whole account."""

    def __init__(self, store: Store, clock: CrmClock) -> None:
        super().__init__(store, clock)
        self.oauth = Authority(self)
        self.stages = Stages(store, clock)
        if isinstance(clock, MovableClock):
            clock.ahead = store.meta("clock_ahead") or 0.0

    def _write_deliveries(self) -> None:
        """Queue what webhooks and triggers of the digital pipeline send."""
        super()._write_deliveries()
        account = TriggerAccount(self.account["id"], self.account["subdomain"])
        self.stages.hear(self._told, account)

    @classmethod
    def create(cls, path: Path | None, spec: AccountSpec, clock: CrmClock | None = None) -> "Crm":
        """Make a new account; `path` None keeps it in memory."""
        store = Store(path)
        with store.transaction():
            store.set_meta(
                "account",
                {
                    "id": spec.id,
                    "name": spec.name,
                    "subdomain": spec.subdomain,
                    "time_zone": spec.time_zone,
                    "task_types": spec.task_types,
                    "loss_reasons": spec.loss_reasons,
                },
            )
            store.set_meta("users", [asdict(user) for user in spec.users])
            store.set_meta("groups", [asdict(group) for group in spec.groups])
            store.set_meta("pipelines", [asdict(pipeline) for pipeline in spec.pipelines])
            store.set_meta("tokens", spec.tokens)
            store.set_meta("roles", [role_of(role) for role in spec.roles])
            store.set_meta("fields", first_fields(spec.id, spec.fields))
        crm = cls(store, clock or MachineClock())
        for one in spec.integrations:
            crm.oauth.create(NewIntegration(**asdict(one)))
        return crm

    @classmethod
    def open(cls, path: Path, clock: CrmClock | None = None) -> "Crm":
        """Go on with the account stored at `path`; sqlite3.DatabaseError when there is none."""
        store = Store(path)
        if store.meta("account") is None:
            store.close()
            raise sqlite3.DatabaseError("no account in the file")
        return cls(store, clock or MachineClock())

    def reload(self) -> None:
        """Read everything anew from a store that has become another account."""
        base_url, rules, switches = self.base_url, self.oauth.rules, self.switches
        Crm.__init__(self, self.store, self.clock)
        self.base_url, self.oauth.rules, self.switches = base_url, rules, switches

    def close(self) -> None:
        self.store.close()
