"""Leads: their stages, what closing means, what their changes leave behind."""

from collections.abc import Sequence
from typing import Any

from amocrm_emulator.account.hooks.core import body
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.links import Links
from amocrm_emulator.account.records import Records
from amocrm_emulator.account.reference.pipelines import Pipelines
from amocrm_emulator.account.spec import LOST, WON
from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.tasks import Tasks
from amocrm_emulator.account.unit_of_work import UnitOfWork
from amocrm_emulator.account.unsorted_requests import UnsortedRequests

CLOSED = {WON, LOST}


class Leads:
    """What people do with leads."""

    def __init__(
        self,
        work: UnitOfWork,
        records: Records,
        *,
        links: Links,
        pipelines: Pipelines,
        tasks: Tasks,
        requests: UnsortedRequests,
    ) -> None:
        self._work = work
        self._store = work.store
        self._records = records
        self._links = links
        self._pipelines = pipelines
        self._tasks = tasks
        self._requests = requests

    def add(
        self,
        by: int,
        at: int,
        name: str,
        *,
        contacts: Sequence[int] = (),
        company: int | None = None,
        quiet: bool = False,
        **fields: Any,
    ) -> int:
        """Add a lead; the first contact becomes the main one. Return its number."""
        pipeline, status = self._first_place(fields.get("pipeline_id"), fields.get("status_id"))
        is_closed = status in CLOSED
        doc = self._records.new_card(by, at, "leads", name, fields)
        doc |= {
            "name": name or f"Сделка #{doc['id']}",
            "price": fields.get("price") or 0,
            "pipeline_id": pipeline,
            "status_id": status,
            "loss_reason_id": fields.get("loss_reason_id") if status == LOST else None,
            "source_id": None,
            "closed_at": (fields.get("closed_at") or at) if is_closed else None,
            "score": None,
            "labor_cost": None,
        }
        with self._work.transaction():
            self._records.save("leads", doc)
            number = int(doc["id"])
            self._work.log(by, at, "lead_added", "lead", number, after=[{"note": {"id": number}}])
            for place, contact in enumerate(contacts):
                self._links.put(("leads", number), ("contacts", contact), is_main=place == 0)
            if company:
                self._links.put(("leads", number), ("companies", company))
            if not quiet:
                self._work.tell(_change("add", doc))
        return number

    def change(self, by: int, at: int, number: int, *, quiet: bool = False, **fields: Any) -> Doc:
        """Change a lead; raises KeyError when there is none. Return the new state."""
        with self._work.transaction():
            old = self._records.existing("leads", number)
            new = self._records.changed(old, by, at, self._with_stage(old, fields))
            if _place(old) != _place(new):
                new["closed_at"] = at if new["status_id"] in CLOSED else None
            if new["status_id"] != LOST:
                new["loss_reason_id"] = None
            self._records.save("leads", new)
            if self._pipelines.is_unsorted(old) and not self._pipelines.is_unsorted(new):
                self._requests.lead_left(number, at)
            self._lead_events(by, at, old, new)
            if not quiet:
                self._work.tell(*_changes(old, new))
            if self._work.account.switches.moves_tasks:
                self._take_tasks_along(by, at, old, new, quiet=quiet)
        return new

    def remove_stage(self, by: int, at: int, pipeline: Doc, number: int) -> None:
        """Remove a stage; its leads go to the first one that is left."""
        self._pipelines.remove_stage(pipeline, number)
        first = self._pipelines.first_status(pipeline["id"])
        for (lead,) in self._store.rows(
            "SELECT id FROM entity WHERE kind = 'leads' AND deleted = 0"
            " AND pipeline = ? AND status = ?",
            pipeline["id"],
            number,
        ):
            self.change(by, at, lead, status_id=first)

    def _take_tasks_along(self, by: int, at: int, old: Doc, new: Doc, *, quiet: bool) -> None:
        """Give the open tasks of a lead to whoever has it now."""
        was, now = old["responsible_user_id"], new["responsible_user_id"]
        if was == now:
            return
        for (task,) in self._store.rows(
            "SELECT id FROM entity WHERE kind = 'tasks' AND parent_kind = 'leads' AND parent = ?"
            " AND done = 0 AND deleted = 0 AND responsible = ?",
            new["id"],
            was,
        ):
            self._tasks.change(by, at, task, quiet=quiet, responsible_user_id=now)

    def _first_place(self, pipeline: int | None, status: int | None) -> tuple[int, int]:
        """Return where a new lead stands: a stage alone tells its pipeline."""
        if pipeline is None:
            main = int(self._pipelines.main()["id"])
            is_main = status is None or self._pipelines.has_status(main, status)
            numbers = (int(found["id"]) for found in self._pipelines.all)
            pipeline = (
                main
                if is_main
                else next(n for n in numbers if self._pipelines.has_status(n, status or 0))
            )
        return pipeline, status or self._pipelines.first_status(pipeline)

    def _with_stage(self, old: Doc, fields: Doc) -> Doc:
        """Put a lead that only changes its pipeline into the first stage of the new one."""
        pipeline = fields.get("pipeline_id") or old["pipeline_id"]
        if fields.get("status_id") is None and pipeline != old["pipeline_id"]:
            return fields | {"status_id": self._pipelines.first_status(pipeline)}
        return fields

    def _lead_events(self, by: int, at: int, old: Doc, new: Doc) -> None:
        if _place(old) != _place(new):
            self._work.log(
                by,
                at,
                "lead_status_changed",
                "lead",
                new["id"],
                [{"lead_status": _place(old)}],
                [{"lead_status": _place(new)}],
            )
        if old["price"] != new["price"]:
            self._work.log(
                by,
                at,
                "sale_field_changed",
                "lead",
                new["id"],
                [{"sale_field_value": {"sale": old["price"]}}],
                [{"sale_field_value": {"sale": new["price"]}}],
            )
        self._records.log_changes("leads", by, at, old, new)


def _place(doc: Doc) -> Doc:
    return {"id": doc["status_id"], "pipeline_id": doc["pipeline_id"]}


def _changes(old: Doc, new: Doc) -> list[Change]:
    """Return an update, with a move and a change of the responsible user beside it."""
    moved = _place(old) != _place(new)
    extra: dict[str, object] = {"old_status_id": old["status_id"]} if moved else {}
    if old["pipeline_id"] != new["pipeline_id"]:
        extra["old_pipeline_id"] = old["pipeline_id"]
    changes = [_change("update", new, extra)]
    if moved:
        changes.append(_change("status", new, extra))
    if old["responsible_user_id"] != new["responsible_user_id"]:
        was: dict[str, object] = {"old_responsible_user_id": old["responsible_user_id"]}
        changes.append(_change("responsible", new, was))
    return changes


def _change(action: str, doc: Doc, extra: dict[str, object] | None = None) -> Change:
    return Change(f"{action}_lead", "leads", action, tuple(body.lead_fields(doc, extra)))
