"""Controls of the whole account: kept under a name, and brought back."""

import re
import sqlite3
from pathlib import Path

from litestar import post

from amocrm_emulator.serving.api.control.general import crm_of
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal
from amocrm_emulator.serving.api.kit.bodies import read_object

_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")


@post("/control/state/save", status_code=200)
async def save(request: Http) -> Answer:
    """Write the account under a `name` into the folder of states."""
    crm = crm_of(request)
    path = await _path(request)
    path.parent.mkdir(parents=True, exist_ok=True)
    crm.store.save_to(path)
    return hal({"file": str(path)})


@post("/control/state/load", status_code=200)
async def load(request: Http) -> Answer:
    """Become the account that was saved under a `name`; what happened since is forgotten."""
    crm = crm_of(request)
    path = await _path(request)
    try:
        crm.store.load_from(path)
    except sqlite3.Error as error:
        raise ApiRefusal(404, f"{path.name} is no saved account: {error}") from error
    crm.reload()
    return hal({"file": str(path)})


async def _path(request: Http) -> Path:
    """Keep to one folder: any page in a browser of this machine can call us."""
    name = (await read_object(request)).get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ApiRefusal(400, "name is made of Latin letters, digits, - and _")
    folder: Path = request.app.state.states
    return folder / f"{name}.sqlite"
