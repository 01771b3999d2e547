"""Who has which open leads and tasks now: an index beside the account's state.

The state is the truth: `refresh` reads what changed in it since the last look, so that a lead
which somebody else gave to a person is found among that person's.
"""

from collections import defaultdict, deque
from dataclasses import dataclass, field

import msgspec

from amocrm_emulator.account.leads import CLOSED
from amocrm_emulator.account.store import Doc, Store

RECENT = 40
CUSTOMERS = 400
FRESH_SECONDS = 2 * 24 * 3600
OVERLAP_SECONDS = 2
_CHANGED = "SELECT doc, deleted FROM entity WHERE kind = ? AND updated_at >= ? ORDER BY updated_at"


@dataclass(slots=True, eq=False)
class OpenLead:
    number: int
    responsible: int
    pipeline: int
    created_at: int
    worker: int
    """Who of the people worked on it last."""


@dataclass(slots=True, eq=False)
class OpenTask:
    number: int
    responsible: int
    till: int


@dataclass(slots=True)
class OpenWork:
    leads: dict[int, OpenLead] = field(default_factory=dict)
    tasks: dict[int, OpenTask] = field(default_factory=dict)
    leads_of: defaultdict[int, dict[int, OpenLead]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    tasks_of: defaultdict[int, dict[int, OpenTask]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=RECENT))
    customers: deque[int] = field(default_factory=lambda: deque(maxlen=CUSTOMERS))
    last_lead: dict[int, int] = field(default_factory=dict)
    _seen: int = 0

    def refresh(self, store: Store, now: int) -> None:
        """Take in what changed since the last refresh, whoever changed it."""
        for kind, put, drop in (
            ("leads", self.put_lead, self.drop_lead),
            ("tasks", self.put_task, self.drop_task),
        ):
            for text, deleted in store.rows(_CHANGED, kind, self._seen):
                doc = msgspec.json.decode(text)
                if deleted:
                    drop(doc["id"])
                else:
                    put(doc)
        if not self._seen:
            found = store.rows(
                "SELECT id FROM entity WHERE kind = 'contacts' AND deleted = 0"
                " ORDER BY id DESC LIMIT ?",
                CUSTOMERS,
            )
            self.customers.extend(row[0] for row in reversed(found))
        self._seen = now - OVERLAP_SECONDS

    def put_lead(self, doc: Doc) -> None:
        """Put a lead where it belongs now; a closed one leaves everybody."""
        number, responsible = doc["id"], doc["responsible_user_id"]
        known = self.leads.get(number)
        if doc["status_id"] in CLOSED:
            self.drop_lead(number)
            return
        if known is None:
            author = doc["updated_by"]
            worker = author if author == responsible else 0
            known = OpenLead(number, responsible, doc["pipeline_id"], doc["created_at"], worker)
            self.leads[number] = known
            self.recent.append(number)
        else:
            self.leads_of[known.responsible].pop(number, None)
            known.responsible, known.pipeline = responsible, doc["pipeline_id"]
        self.leads_of[responsible][number] = known

    def drop_lead(self, number: int) -> None:
        known = self.leads.pop(number, None)
        if known is not None:
            self.leads_of[known.responsible].pop(number, None)

    def put_task(self, doc: Doc) -> None:
        self.drop_task(doc["id"])
        if not doc["is_completed"]:
            responsible = doc["responsible_user_id"]
            task = OpenTask(doc["id"], responsible, doc["complete_till"])
            self.tasks[task.number] = self.tasks_of[responsible][task.number] = task

    def drop_task(self, number: int) -> None:
        known = self.tasks.pop(number, None)
        if known is not None:
            self.tasks_of[known.responsible].pop(number, None)

    def own_lead(self, person: int, at: int, roll: int) -> OpenLead | None:
        """Choose one of a person's leads: mostly the one that came last untouched."""
        own = self.leads_of[person]
        if not own:
            return self.recent_lead(roll)
        if roll & 3:
            for lead in reversed(own.values()):
                if lead.worker != person and lead.created_at > at - FRESH_SECONDS:
                    return lead
        return list(own.values())[(roll >> 2) % len(own)]

    def recent_lead(self, roll: int) -> OpenLead | None:
        """Choose one of the leads that came lately, whoever has it."""
        living = [number for number in self.recent if number in self.leads]
        return self.leads[living[roll % len(living)]] if living else None

    def own_task(self, person: int, at: int, roll: int) -> OpenTask | None:
        """Choose one of a person's tasks: the first overdue one, else any."""
        own = self.tasks_of[person]
        late = next((task for task in own.values() if task.till < at), None)
        if late is not None or not own:
            return late
        return list(own.values())[roll % len(own)]

    def customer(self, roll: int) -> int | None:
        return self.customers[roll % len(self.customers)] if self.customers else None
