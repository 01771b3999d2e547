"""Pipelines and their stages as administrators write them."""

from collections.abc import Iterable

from litestar import delete, patch, post
from litestar.params import FromPath

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.reference.pipelines import SYSTEM_NAMES
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal, written
from amocrm_emulator.serving.api.kit.bodies import (
    Trouble,
    check_items,
    inside,
    is_whole,
    missing,
    not_a_choice,
    read_items,
    read_object,
    wrong_types,
)
from amocrm_emulator.serving.api.kit.caller import caller
from amocrm_emulator.serving.api.reference.pipelines import ONE, existing, shown, shown_stage

PIPELINES_MAX, STAGES_MAX, SYSTEM_STAGES = 50, 100, 3
DESCRIPTIONS_MAX, DESCRIPTION_MAX = 3, 1000
LEVELS = {"newbie", "candidate", "master"}
COLORS = {
    "#fffeb2",
    "#fffd7f",
    "#fff000",
    "#ffeab2",
    "#ffdc7f",
    "#ffce5a",
    "#ffdbdb",
    "#ffc8c8",
    "#ff8f92",
    "#d6eaff",
    "#c1e0ff",
    "#98cbff",
    "#ebffb1",
    "#deff81",
    "#87f2c0",
    "#f9deff",
    "#f3beff",
    "#ccc8f9",
    "#eb93ff",
    "#f2f3f4",
    "#e6e8ea",
}


@post("/api/v4/leads/pipelines", status_code=200)
async def add_pipelines(request: Http) -> Answer:
    who = caller(request, admin=True)
    items = await read_items(request)
    if len(who.crm.pipelines.all) + len(items) > PIPELINES_MAX:
        raise ApiRefusal(400, f"At most {PIPELINES_MAX} pipelines", [])
    check_items(items, _check_new)
    with who.crm.work.transaction():
        made = [who.crm.pipelines.add(item, _stages(item)) for item in items]
    rows = [
        shown(request, who.crm, pipeline) | {"request_id": item["request_id"]}
        for pipeline, item in zip(made, items, strict=True)
    ]
    return written(request, "pipelines", rows, "leads/pipelines", total=len(rows))


@patch(ONE)
async def change_pipeline(request: Http, number: FromPath[int]) -> Answer:
    who = caller(request, admin=True)
    pipeline = existing(who.crm, number)
    item = await read_object(request) | {"request_id": "0"}
    check_items([item], lambda item: wrong_types(item, ("sort",), ("name",)))
    with who.crm.work.transaction():
        who.crm.pipelines.change(pipeline, item)
    return hal(shown(request, who.crm, pipeline))


@delete(ONE, status_code=204)
async def remove_pipeline(request: Http, number: FromPath[int]) -> None:
    who = caller(request, admin=True)
    pipeline = existing(who.crm, number)
    if len(who.crm.pipelines.all) == 1:
        raise ApiRefusal(400, "The last pipeline cannot be deleted", [])
    if who.crm.pipelines.holds_leads(number):
        raise ApiRefusal(400, "The pipeline holds leads", [])
    with who.crm.work.transaction():
        who.crm.pipelines.remove(pipeline)


@post(f"{ONE}/statuses", status_code=200)
async def add_stages(request: Http, number: FromPath[int]) -> Answer:
    who = caller(request, admin=True)
    pipeline, items = existing(who.crm, number), await read_items(request)
    if len(pipeline["statuses"]) + SYSTEM_STAGES + len(items) > STAGES_MAX:
        raise ApiRefusal(400, f"At most {STAGES_MAX} statuses", [])
    check_items(items, lambda item: _check_stage(item, is_new=True))
    with who.crm.work.transaction():
        made = [who.crm.pipelines.add_stage(pipeline, item) for item in items]
    rows = [
        shown_stage(request, who.crm, pipeline, stage["id"]) | {"request_id": item["request_id"]}
        for stage, item in zip(made, items, strict=True)
    ]
    path = f"leads/pipelines/{number}/statuses"
    return written(request, "statuses", rows, path, total=len(rows))


@patch(f"{ONE}/statuses/{{status:int}}")
async def change_stage(request: Http, number: FromPath[int], status: FromPath[int]) -> Answer:
    """Change a stage; won and lost can only be renamed, unsorted not at all."""
    who = caller(request, admin=True)
    pipeline = existing(who.crm, number)
    _editable(who.crm, pipeline, status)
    item = await read_object(request) | {"request_id": "0"}
    check_items([item], lambda item: _check_stage(item, is_new=status in SYSTEM_NAMES))
    with who.crm.work.transaction():
        who.crm.pipelines.change_stage(pipeline, status, item)
    return hal(shown_stage(request, who.crm, pipeline, status))


@delete(f"{ONE}/statuses/{{status:int}}", status_code=204)
async def remove_stage(request: Http, number: FromPath[int], status: FromPath[int]) -> None:
    who = caller(request, admin=True)
    pipeline = existing(who.crm, number)
    _editable(who.crm, pipeline, status)
    if status in SYSTEM_NAMES or len(pipeline["statuses"]) == 1:
        raise ApiRefusal(400, "This status cannot be deleted", [])
    with who.crm.work.transaction():
        who.crm.leads.remove_stage(who.user, who.crm.clock.now(), pipeline, status)


def _editable(crm: Crm, pipeline: Doc, status: int) -> None:
    if status == crm.pipelines.unsorted_stage(pipeline["id"]):
        raise ApiRefusal(400, "The status of unsorted leads cannot be changed", [])
    if status not in SYSTEM_NAMES and crm.pipelines.stage(pipeline, status) is None:
        raise ApiRefusal(404, "Status not found")


def _stages(item: Doc) -> list[Doc]:
    found: list[Doc] = (item.get("_embedded") or {}).get("statuses") or []
    return found


def _check_new(item: Doc) -> Iterable[Trouble]:
    yield from missing(item, ("name", "sort", "is_main", "is_unsorted_on"))
    yield from wrong_types(item, ("sort",), ("name",))
    if len(_stages(item)) + SYSTEM_STAGES > STAGES_MAX:
        yield ("TooMany", "_embedded.statuses", f"At most {STAGES_MAX} statuses.")
    for place, stage in enumerate(_stages(item)):
        yield from inside(f"_embedded.statuses.{place}", _check_stage(stage, is_new=True))


def _check_stage(item: Doc, *, is_new: bool) -> Iterable[Trouble]:
    if is_new:
        yield from missing(item, ("name",))
    yield from wrong_types(item, ("sort",), ("name", "color"))
    if item.get("color") is not None and item["color"] not in COLORS:
        yield not_a_choice("color")
    told = item.get("descriptions") or []
    if len(told) > DESCRIPTIONS_MAX:
        yield ("TooMany", "descriptions", f"At most {DESCRIPTIONS_MAX} descriptions.")
    for place, one in enumerate(told):
        if one.get("level") not in LEVELS:
            yield not_a_choice(f"descriptions.{place}.level")
        if len(str(one.get("description") or "")) > DESCRIPTION_MAX:
            yield ("TooLong", f"descriptions.{place}.description", "At most 1000 characters.")
    if is_new and is_whole(item.get("id")) and item["id"] not in SYSTEM_NAMES:
        yield not_a_choice("id")
