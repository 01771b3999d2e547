"""The rules of the emulated account, used by the API and by the simulated team alike.

Every write has an author and a moment, leaves events in the log, keeps derived fields and queues
webhooks. The verbs stand with what they are about: `crm.leads.add`, `crm.talks.write`.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from amocrm_emulator.account.cards import Cards
from amocrm_emulator.account.clock import CrmClock, MachineClock, MovableClock
from amocrm_emulator.account.core.standard_fields import first_fields
from amocrm_emulator.account.customers import Customers
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.hooks.core.triggers import TriggerAccount
from amocrm_emulator.account.hooks.digital_pipeline import DigitalPipeline
from amocrm_emulator.account.hooks.queue import HookQueue
from amocrm_emulator.account.leads import Leads
from amocrm_emulator.account.links import Links
from amocrm_emulator.account.merging import Merging
from amocrm_emulator.account.notes import Notes
from amocrm_emulator.account.oauth.authority import Authority, NewIntegration
from amocrm_emulator.account.records import Records
from amocrm_emulator.account.reference.field_registry import FieldRegistry
from amocrm_emulator.account.reference.people import People
from amocrm_emulator.account.reference.pipelines import Pipelines
from amocrm_emulator.account.reference.role_registry import RoleRegistry, role_of
from amocrm_emulator.account.reference.tag_registry import TagRegistry
from amocrm_emulator.account.settings import AccountSettings
from amocrm_emulator.account.spec import AccountSpec
from amocrm_emulator.account.store import Store
from amocrm_emulator.account.talks import Talks
from amocrm_emulator.account.tasks import Tasks
from amocrm_emulator.account.unit_of_work import UnitOfWork
from amocrm_emulator.account.unsorted import UnsortedLeads
from amocrm_emulator.account.unsorted_requests import UnsortedRequests


class Crm:
    """The whole account: one object that holds its parts."""

    def __init__(self, store: Store, clock: CrmClock) -> None:
        self.store = store
        self.clock = clock
        self.account = AccountSettings(store)
        self.switches = self.account.switches
        self.work = UnitOfWork(store, self.account, publish=self._publish, undo=self.reload)
        self._hooks = HookQueue(store, clock, self.account)
        self.digital_pipeline = DigitalPipeline(store, clock)

        self.fields = FieldRegistry(store, self.account)
        self.tags = TagRegistry(store)
        self.roles = RoleRegistry(store)
        self.people = People(store, self.roles)
        self.pipelines = Pipelines(store)
        self.oauth = Authority(self.work, clock, self.people)

        self.records = Records(self.work, self.people, self.fields)
        self.links = Links(self.work, self.records)
        self.tasks = Tasks(self.work, self.records)
        self.notes = Notes(self.work, self.records)
        requests = UnsortedRequests(self.work, self.records)
        self.leads = Leads(
            self.work,
            self.records,
            links=self.links,
            pipelines=self.pipelines,
            tasks=self.tasks,
            requests=requests,
        )
        self.talks = Talks(self.work, self.records, self.people)
        merging = Merging(self.work, self.records, self.links, self.tasks, self.talks)
        self.cards = Cards(
            self.work,
            self.records,
            links=self.links,
            tasks=self.tasks,
            merging=merging,
            requests=requests,
        )
        self.customers = Customers(self.work, self.records)
        self.unsorted = UnsortedLeads(
            self.work,
            self.records,
            leads=self.leads,
            cards=self.cards,
            links=self.links,
            talks=self.talks,
            pipelines=self.pipelines,
            requests=requests,
        )
        self._set_clock()

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
        """Read everything anew: after a failed transaction, or from a store that was loaded."""
        for part in (
            self.account,
            self.fields,
            self.tags,
            self.roles,
            self.people,
            self.pipelines,
            self.oauth,
            self.talks,
        ):
            part.reload()
        self._set_clock()

    def close(self) -> None:
        self.store.close()

    def _set_clock(self) -> None:
        if isinstance(self.clock, MovableClock):
            self.clock.ahead = self.store.meta("clock_ahead") or 0.0

    def _publish(self, changes: Sequence[Change]) -> None:
        """Queue what webhooks and triggers of the digital pipeline send."""
        self._hooks.put(changes)
        self.digital_pipeline.put(changes, TriggerAccount(self.account.id, self.account.subdomain))
