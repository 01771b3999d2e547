"""Controls of the digital pipeline: triggers, as a person puts them into the stages."""

from typing import Any

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath

from amocrm_emulator.account.hooks.core.triggers import Trigger
from amocrm_emulator.serving.api.control.general import crm_of
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal
from amocrm_emulator.serving.api.kit.bodies import read_object


@get("/control/triggers")
async def triggers(request: Http) -> Answer:
    found = crm_of(request).digital_pipeline.triggers()
    return hal([_shown(number, trigger) for number, trigger in found.items()])


@post("/control/triggers", status_code=200)
async def add_trigger(request: Http) -> Answer:
    """Add a trigger: `pipeline`, `statuses`, `url`, `kind`, `encoding`, `settings`."""
    crm = crm_of(request)
    try:
        trigger = msgspec.convert(await read_object(request), Trigger)
    except msgspec.ValidationError as error:
        raise ApiRefusal(400, str(error)) from error
    for status in trigger.statuses:
        if not crm.pipelines.has_status(trigger.pipeline, status):
            raise ApiRefusal(400, f"There is no stage {status} in the pipeline {trigger.pipeline}")
    return hal(_shown(crm.digital_pipeline.add(trigger), trigger))


@delete("/control/triggers/{number:int}", status_code=204)
async def remove_trigger(request: Http, number: FromPath[int]) -> None:
    if not crm_of(request).digital_pipeline.remove(number):
        raise ApiRefusal(404, "Not found")


def _shown(number: int, trigger: Trigger) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(trigger)
    return {"id": number} | shown
