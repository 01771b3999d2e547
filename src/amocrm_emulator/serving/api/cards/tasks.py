"""Tasks."""

from functools import partial

from litestar import get, patch, post
from litestar.params import FromPath

from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    Http,
    absent,
    hal,
    listing,
    self_link,
    written,
)
from amocrm_emulator.serving.api.kit.bodies import (
    Trouble,
    check_items,
    is_whole,
    not_a_choice,
    read_items,
    read_object,
    sift,
)
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.checks import check_task
from amocrm_emulator.serving.api.kit.lists import tasks_page
from amocrm_emulator.serving.api.kit.seeing import only_of_visible_cards, require, sees_card
from amocrm_emulator.serving.api.kit.switches import switches

WRITABLE = (
    "responsible_user_id",
    "entity_id",
    "entity_type",
    "is_completed",
    "task_type_id",
    "duration",
    "result",
    "text",
    "complete_till",
)
DATED = ("created_at", "updated_at")


@get("/api/v4/tasks")
async def tasks(request: Http) -> Answer:
    who, query = caller(request), queries.of(request)
    docs, has_next = tasks_page(who.crm.store, query, partial(only_of_visible_cards, who=who))
    rows = [_shown(request, doc) for doc in docs]
    return listing(request, "tasks", rows, query, has_next=has_next)


@get("/api/v4/tasks/{number:int}")
async def one_task(request: Http, number: FromPath[int]) -> Answer:
    who = caller(request)
    doc = who.crm.store.entity("tasks", number)
    if doc is None or not sees_card(who, doc):
        return absent(request)
    return hal(_shown(request, doc))


@post("/api/v4/tasks", status_code=200)
async def add_tasks(request: Http) -> Answer:
    who = caller(request)
    items = await read_items(request)
    items, refused = sift(request, items, lambda item: check_task(who.crm, item, is_new=True))
    with who.crm.work.transaction():
        added = [(_add(who, item), item["request_id"]) for item in items]
    rows = [
        {"id": number, "request_id": request_id, "_links": self_link(request, f"tasks/{number}")}
        for number, request_id in added
    ]
    return written(request, "tasks", rows, refused=refused)


@patch("/api/v4/tasks")
async def change_tasks(request: Http) -> Answer:
    who = caller(request)
    items = await read_items(request)
    items, refused = sift(request, items, lambda item: _check_change(who, item))
    with who.crm.work.transaction():
        for item in items:
            require(who, "edit", "tasks", who.crm.records.existing("tasks", item["id"]))
        changed = [_change(who, item) for item in items]
    rows = [_changed_row(request, doc) for doc in changed]
    return written(request, "tasks", rows, refused=refused)


@patch("/api/v4/tasks/{number:int}")
async def change_task(request: Http, number: FromPath[int]) -> Answer:
    """Change one task; the answer is the bare object."""
    who = caller(request)
    item = await read_object(request) | {"id": number, "request_id": "0"}
    check_items([item], lambda item: _check_change(who, item))
    require(who, "edit", "tasks", who.crm.records.existing("tasks", number))
    return hal(_changed_row(request, _change(who, item)))


def _shown(request: Http, doc: Doc) -> Doc:
    shown = doc | {"_links": self_link(request, f"tasks/{doc['id']}")}
    if switches(request).has_zero_cards and not doc["entity_id"]:
        shown |= {"entity_id": 0}
    return shown


def _add(who: Caller, item: Doc) -> int:
    fields = {name: item[name] for name in (*WRITABLE, *DATED) if item.get(name) is not None}
    text, till = fields.pop("text"), fields.pop("complete_till")
    by = item.get("created_by")
    author = by if is_whole(by) and (by in who.crm.people.users or by == 0) else who.user
    return who.crm.tasks.add(author, who.crm.clock.now(), text, till, **fields)


def _check_change(who: Caller, item: Doc) -> list[Trouble]:
    number = item.get("id")
    doc = who.crm.store.entity("tasks", number) if is_whole(number) else None
    if doc is None:
        return [not_a_choice("id")]
    is_reopened = doc["is_completed"] and item.get("is_completed") is False
    if is_reopened and who.crm.switches.refuses_reopening:
        return [not_a_choice("is_completed")]
    return check_task(who.crm, {"entity_type": doc["entity_type"]} | item, is_new=False)


def _change(who: Caller, item: Doc) -> Doc:
    fields = {name: item[name] for name in WRITABLE if item.get(name) is not None}
    return who.crm.tasks.change(who.user, who.crm.clock.now(), int(item["id"]), **fields)


def _changed_row(request: Http, doc: Doc) -> Doc:
    links = self_link(request, f"tasks/{doc['id']}")
    return {"id": doc["id"], "updated_at": doc["updated_at"], "_links": links}
