"""Sources of leads: those of the integration that asks."""

from collections.abc import Callable, Iterable

from litestar import delete, get, patch, post
from litestar.params import FromPath

from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    ApiRefusal,
    Http,
    hal,
    nothing,
    self_link,
    whole,
)
from amocrm_emulator.serving.api.kit.bodies import (
    Trouble,
    missing,
    not_a_choice,
    read_items,
    read_object,
)
from amocrm_emulator.serving.api.kit.caller import Caller, caller

SOURCES_AT_ONCE, SOURCES_MAX = 50, 100
_FIRST_SOURCE = 9_000
CheckSource = Callable[[Doc], Iterable[Trouble]]
_SOURCE = ("name", "pipeline_id", "external_id", "default", "origin_code", "services")


@get("/api/v4/sources")
async def sources(request: Http) -> Answer:
    who = caller(request)
    rows = [_shown_source(request, row) for row in _sources(who)]
    return whole(request, "sources", rows, "sources") if rows else nothing()


@get("/api/v4/sources/{number:int}")
async def one_source(request: Http, number: FromPath[int]) -> Answer:
    return hal(_shown_source(request, _source_of(caller(request), number)))


@post("/api/v4/sources", status_code=200)
async def add_sources(request: Http) -> Answer:
    who = caller(request, admin=True)
    items = await read_items(request, SOURCES_AT_ONCE)
    known = _sources(who)
    if len(known) + len(items) > SOURCES_MAX:
        raise ApiRefusal(400, f"At most {SOURCES_MAX} sources", [])
    _check_sources(items, lambda item: _check_source(who, item, None))
    pipeline = int(who.crm.pipelines.main()["id"])
    with who.crm.work.transaction():
        made: list[Doc] = [
            {
                "id": who.crm.store.next_id("source", _FIRST_SOURCE),
                "pipeline_id": pipeline,
                "default": False,
                "origin_code": None,
                "services": [],
            }
            | {name: item[name] for name in _SOURCE if item.get(name) is not None}
            for item in items
        ]
        who.crm.store.set_meta("sources", known + made)
    rows = [
        _shown_source(request, row) | {"request_id": item["request_id"]}
        for row, item in zip(made, items, strict=True)
    ]
    return whole(request, "sources", rows, "sources")


@patch("/api/v4/sources")
async def change_sources(request: Http) -> Answer:
    who = caller(request, admin=True)
    items = await read_items(request, SOURCES_AT_ONCE)
    return whole(request, "sources", _change_sources(request, who, items), "sources")


@patch("/api/v4/sources/{number:int}")
async def change_source(request: Http, number: FromPath[int]) -> Answer:
    who = caller(request, admin=True)
    item = await read_object(request) | {"id": number, "request_id": "0"}
    return hal(_change_sources(request, who, [item])[0])


@delete("/api/v4/sources/{number:int}", status_code=204)
async def remove_source(request: Http, number: FromPath[int]) -> None:
    who = caller(request, admin=True)
    gone = _source_of(who, number)
    who.crm.store.set_meta("sources", [row for row in _sources(who) if row != gone])


def _change_sources(request: Http, who: Caller, items: list[Doc]) -> list[Doc]:
    _check_sources(items, lambda item: _check_source(who, item, item.get("id")))
    rows = {row["id"]: row for row in _sources(who)}
    for item in items:
        given = {name: item[name] for name in _SOURCE if item.get(name) is not None}
        rows[item["id"]] |= given
    who.crm.store.set_meta("sources", list(rows.values()))
    return [_shown_source(request, rows[item["id"]]) for item in items]


def _check_sources(items: list[Doc], check: CheckSource) -> None:
    """Refuse in this resource's own form: `errors` instead of `validation-errors`."""
    errors = [
        {"request_id": item["request_id"], "code": code, "path": path, "detail": detail}
        for item in items
        for code, path, detail in check(item)
    ]
    if errors:
        raise ApiRefusal(400, "Invalid request items", errors, key="errors")


def _check_source(who: Caller, item: Doc, number: object) -> Iterable[Trouble]:
    rows = _sources(who)
    if number is not None and number not in {row["id"] for row in rows}:
        yield ("EntityNotFound", "id", "Source not found.")
    if number is None:
        yield from missing(item, ("name", "external_id"))
    others = {row["external_id"] for row in rows if row["id"] != number}
    if item.get("external_id") in others:
        yield ("NotUnique", "external_id", "The external id is in use.")
    pipelines = {pipeline["id"] for pipeline in who.crm.pipelines.all}
    if item.get("pipeline_id") is not None and item["pipeline_id"] not in pipelines:
        yield not_a_choice("pipeline_id")


def _sources(who: Caller) -> list[Doc]:
    found: list[Doc] = who.crm.store.meta("sources") or []
    return found


def _source_of(who: Caller, number: int) -> Doc:
    found = next((row for row in _sources(who) if row["id"] == number), None)
    if found is None:
        raise ApiRefusal(404, "Source not found")
    return found


def _shown_source(request: Http, row: Doc) -> Doc:
    return row | {"_links": self_link(request, f"sources/{row['id']}")}
