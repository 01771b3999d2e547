"""Pipelines and their statuses; won and lost are in each of them under the same numbers."""

from typing import Any

from litestar import get
from litestar.params import FromPath

from amocrm_emulator.api import query as queries
from amocrm_emulator.api.answers import Answer, Http, Refusal, hal, self_link, whole
from amocrm_emulator.api.gate import caller
from amocrm_emulator.crm import Crm
from amocrm_emulator.spec import LOST, WON
from amocrm_emulator.store import Doc

CLOSED = (
    (WON, "Успешно реализовано", "#CCFF66", 10000, 0),
    (LOST, "Закрыто и не реализовано", "#D5D8DB", 11000, 0),
)


@get("/api/v4/leads/pipelines")
async def pipelines(request: Http) -> Answer:
    who = caller(request)
    numbers = [pipeline["id"] for pipeline in who.crm.pipelines]
    rows = [_shown(request, who.crm, number) for number in numbers]
    return whole(request, "pipelines", rows, "leads/pipelines")


@get("/api/v4/leads/pipelines/{number:int}")
async def one_pipeline(request: Http, number: FromPath[int]) -> Answer:
    return hal(_shown(request, caller(request).crm, number))


@get("/api/v4/leads/pipelines/{number:int}/statuses")
async def statuses(request: Http, number: FromPath[int]) -> Answer:
    shown = _shown(request, caller(request).crm, number)
    rows = shown["_embedded"]["statuses"]
    return whole(request, "statuses", rows, f"leads/pipelines/{number}/statuses")


@get("/api/v4/leads/pipelines/{number:int}/statuses/{status:int}")
async def one_status(request: Http, number: FromPath[int], status: FromPath[int]) -> Answer:
    shown = _shown(request, caller(request).crm, number)
    for row in shown["_embedded"]["statuses"]:
        if row["id"] == status:
            return hal(row)
    raise Refusal(404, "Status not found")


def _shown(request: Http, crm: Crm, number: int) -> Doc:
    for place, pipeline in enumerate(crm.pipelines):
        if pipeline["id"] == number:
            return _pipeline(request, crm, place, pipeline)
    raise Refusal(404, "Pipeline not found")


def _pipeline(request: Http, crm: Crm, place: int, pipeline: Doc) -> Doc:
    number = pipeline["id"]
    rows = [_status(request, crm, number, status) for status in _statuses(pipeline)]
    return {
        "id": number,
        "name": pipeline["name"],
        "sort": place + 1,
        "is_main": pipeline["is_main"],
        "is_unsorted_on": True,
        "is_archive": False,
        "account_id": crm.account["id"],
        "_links": self_link(request, f"leads/pipelines/{number}"),
        "_embedded": {"statuses": rows},
    }


def _statuses(pipeline: Doc) -> list[tuple[int, str, str, int, int]]:
    """Return number, name, colour, place and type of each stage, the unsorted one first."""
    own = [
        (status["id"], status["name"], status["color"], 20 + 10 * index, 0)
        for index, status in enumerate(pipeline["statuses"])
    ]
    return [(pipeline["id"] * 100, "Неразобранное", "#c1c1c1", 10, 1), *own, *CLOSED]


def _status(request: Http, crm: Crm, pipeline: int, status: tuple[Any, ...]) -> Doc:
    number, name, color, sort, kind = status
    shown = {
        "id": number,
        "name": name,
        "sort": sort,
        "is_editable": number not in {WON, LOST} and kind == 0,
        "pipeline_id": pipeline,
        "color": color,
        "type": kind,
        "account_id": crm.account["id"],
        "_links": self_link(request, f"leads/pipelines/{pipeline}/statuses/{number}"),
    }
    if "descriptions" in queries.of(request).embed:
        shown["descriptions"] = []
    return shown
