"""Roles: for administrators only."""

from collections.abc import Iterable
from typing import Any

from litestar import delete, get, patch, post
from litestar.params import FromPath

from amocrm_emulator.account.core.rights import ACTIONS, DENIED, KINDS, LETTERS, OF_TASKS, settled
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    Http,
    absent,
    hal,
    nothing,
    self_link,
    written,
)
from amocrm_emulator.serving.api.kit.bodies import (
    Trouble,
    check_items,
    missing,
    not_a_choice,
    read_items,
    read_object,
    wrong_types,
)
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.pages import counted


@get("/api/v4/roles")
async def roles(request: Http) -> Answer:
    who, query = caller(request, admin=True), queries.of(request)
    rows = [_shown(request, who.crm, role, query.embed) for role in who.crm.roles.all()]
    return counted(request, "roles", rows, query)


@get("/api/v4/roles/{number:int}")
async def one_role(request: Http, number: FromPath[int]) -> Answer:
    who = caller(request, admin=True)
    role = who.crm.roles.find(number)
    embed = queries.of(request).embed
    return absent(request) if role is None else hal(_shown(request, who.crm, role, embed))


@post("/api/v4/roles", status_code=201)
async def add_roles(request: Http) -> Answer:
    who = caller(request, admin=True)
    items = await read_items(request)
    check_items(items, lambda item: _check(who.crm, item, is_new=True))
    with who.crm.work.transaction():
        added = [who.crm.roles.add(item["name"], settled(item["rights"])) for item in items]
    rows = [
        _shown(request, who.crm, role, frozenset()) | {"request_id": item["request_id"]}
        for role, item in zip(added, items, strict=True)
    ]
    answer = written(request, "roles", rows, total=len(rows))
    answer.status_code = 201
    return answer


@patch("/api/v4/roles/{number:int}", status_code=202)
async def change_role(request: Http, number: FromPath[int]) -> Answer:
    """Change a role; the answer is 202, as the change reaches its users a little later."""
    who = caller(request, admin=True)
    role = who.crm.roles.find(number)
    if role is None:
        return nothing()
    item = await read_object(request) | {"request_id": "0"}
    check_items([item], lambda item: _check(who.crm, item, is_new=False))
    fields: dict[str, Any] = {"name": item["name"]} if item.get("name") else {}
    if item.get("rights") is not None:
        fields["rights"] = settled(item["rights"], role["rights"])
    with who.crm.work.transaction():
        who.crm.roles.change(role, **fields)
    return hal(_shown(request, who.crm, role, frozenset()), status=202)


@delete("/api/v4/roles/{number:int}", status_code=204)
async def remove_role(request: Http, number: FromPath[int]) -> None:
    """Remove a role; its users keep the rights they had."""
    who = caller(request, admin=True)
    role = who.crm.roles.find(number)
    if role is None:
        return
    with who.crm.work.transaction():
        for user in _users(who, number):
            who.crm.people.change(user, role=None, rights=role["rights"])
        who.crm.roles.remove(number)


def _users(who: Caller, role: int) -> list[int]:
    return [user["id"] for user in who.crm.people.users.values() if user.get("role") == role]


def _check(crm: Crm, item: Doc, *, is_new: bool) -> Iterable[Trouble]:
    if is_new:
        yield from missing(item, ("name", "rights"))
    yield from wrong_types(item, (), ("name",))
    rights = item.get("rights")
    if rights is not None and not isinstance(rights, dict):
        yield ("InvalidType", "rights", "This value should be of type object.")
    elif rights is not None:
        yield from check_rights(crm, rights)


def check_rights(crm: Crm, rights: Doc) -> Iterable[Trouble]:
    """Name letters that are none, and stages that do not exist."""
    for kind in (*KINDS, "tasks"):
        actions = rights.get(kind) or {}
        for action, letter in actions.items():
            known = OF_TASKS if kind == "tasks" else ACTIONS
            allowed = ("A", DENIED) if action == "add" else LETTERS
            if action not in known or letter not in allowed:
                yield not_a_choice(f"rights.{kind}.{action}")
    for place, row in enumerate(rights.get("status_rights") or ()):
        if not crm.pipelines.has_status(row.get("pipeline_id") or 0, row.get("status_id") or 0):
            yield not_a_choice(f"rights.status_rights.{place}.status_id")


def _shown(request: Http, crm: Crm, role: Doc, embed: frozenset[str]) -> Doc:
    shown = {
        "id": role["id"],
        "name": role["name"],
        "rights": {"is_admin": False, "is_free": False} | role["rights"],
        "_links": self_link(request, f"roles/{role['id']}"),
    }
    if "users" in embed:
        own = [user["id"] for user in crm.people.users.values() if user.get("role") == role["id"]]
        shown["_embedded"] = {"users": [{"id": number} for number in own]}
    return shown
