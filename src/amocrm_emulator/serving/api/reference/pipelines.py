"""Pipelines and their stages as they are read; won and lost are in each under the same numbers."""

from typing import Any

from litestar import get
from litestar.params import FromPath

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.reference.pipelines import SYSTEM_NAMES, sort_of
from amocrm_emulator.account.spec import LOST, WON
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal, self_link, whole
from amocrm_emulator.serving.api.kit.caller import caller
from amocrm_emulator.serving.api.kit.switches import switches

CLOSED = ((WON, "#CCFF66", 10000), (LOST, "#D5D8DB", 11000))
ONE = "/api/v4/leads/pipelines/{number:int}"


@get("/api/v4/leads/pipelines")
async def pipelines(request: Http) -> Answer:
    who = caller(request)
    is_hidden = switches(request).hides_archived
    rows = [
        shown(request, who.crm, pipeline)
        for pipeline in who.crm.pipelines.all
        if not (is_hidden and pipeline.get("is_archive"))
    ]
    rows.sort(key=lambda row: row["sort"])
    return whole(request, "pipelines", rows, "leads/pipelines")


@get(ONE)
async def one_pipeline(request: Http, number: FromPath[int]) -> Answer:
    who = caller(request)
    return hal(shown(request, who.crm, existing(who.crm, number)))


@get(f"{ONE}/statuses")
async def statuses(request: Http, number: FromPath[int]) -> Answer:
    who = caller(request)
    rows = stages(request, who.crm, existing(who.crm, number))
    return whole(request, "statuses", rows, f"leads/pipelines/{number}/statuses")


@get(f"{ONE}/statuses/{{status:int}}")
async def one_status(request: Http, number: FromPath[int], status: FromPath[int]) -> Answer:
    who = caller(request)
    return hal(shown_stage(request, who.crm, existing(who.crm, number), status))


def existing(crm: Crm, number: int) -> Doc:
    found = crm.pipelines.find(number)
    if found is None:
        raise ApiRefusal(404, "Pipeline not found")
    return found


def shown(request: Http, crm: Crm, pipeline: Doc) -> Doc:
    """Return a pipeline with its stages."""
    number = pipeline["id"]
    return {
        "id": number,
        "name": pipeline["name"],
        "sort": pipeline.get("sort") or crm.pipelines.all.index(pipeline) + 1,
        "is_main": pipeline["is_main"],
        "is_unsorted_on": pipeline.get("is_unsorted_on", True),
        "is_archive": pipeline.get("is_archive", False),
        "account_id": crm.account.id,
        "_links": self_link(request, f"leads/pipelines/{number}"),
        "_embedded": {"statuses": stages(request, crm, pipeline)},
    }


def shown_stage(request: Http, crm: Crm, pipeline: Doc, number: int) -> Doc:
    for row in stages(request, crm, pipeline):
        if row["id"] == number:
            return row
    raise ApiRefusal(404, "Status not found")


def stages(request: Http, crm: Crm, pipeline: Doc) -> list[Doc]:
    """Return the stages in their order: unsorted, the pipeline's own, won and lost."""
    names = pipeline.get("names") or {}
    rows: list[tuple[Any, ...]] = [
        (crm.pipelines.unsorted_stage(pipeline["id"]), "Неразобранное", "#c1c1c1", 10, 1, []),
        *(
            (
                stage["id"],
                stage["name"],
                stage["color"],
                sort_of(stage, place),
                0,
                stage.get("descriptions") or [],
            )
            for place, stage in enumerate(pipeline["statuses"])
        ),
        *(
            (number, names.get(str(number), SYSTEM_NAMES[number]), color, sort, 0, [])
            for number, color, sort in CLOSED
        ),
    ]
    return [_stage(request, crm, pipeline["id"], row) for row in rows]


def _stage(request: Http, crm: Crm, pipeline: int, status: tuple[Any, ...]) -> Doc:
    number, name, color, sort, kind, descriptions = status
    shown = {
        "id": number,
        "name": name,
        "sort": sort,
        "is_editable": number not in {WON, LOST} and kind == 0,
        "pipeline_id": pipeline,
        "color": color,
        "type": kind,
        "account_id": crm.account.id,
        "_links": self_link(request, f"leads/pipelines/{pipeline}/statuses/{number}"),
    }
    if "descriptions" in queries.of(request).embed:
        shown["descriptions"] = [
            {
                "id": number * 10 + place,
                "account_id": crm.account.id,
                "created_by": 0,
                "updated_by": 0,
                "pipeline_id": pipeline,
                "status_id": number,
                "created_at": "2026-01-01 00:00:00",
                "updated_at": "2026-01-01 00:00:00",
            }
            | told
            for place, told in enumerate(descriptions)
        ]
    return shown
