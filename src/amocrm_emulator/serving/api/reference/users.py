"""Users: for administrators only. Ten at a time are added, nobody is ever changed or deleted."""

import re
from collections.abc import Iterable

from litestar import get, post
from litestar.params import FromPath

from amocrm_emulator.account.core.rights import settled
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    ApiRefusal,
    Http,
    absent,
    hal,
    self_link,
    written,
)
from amocrm_emulator.serving.api.kit.bodies import (
    Trouble,
    check_items,
    is_whole,
    missing,
    not_a_choice,
    read_items,
    wrong_types,
)
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.pages import counted
from amocrm_emulator.serving.api.kit.switches import switches

USERS_AT_ONCE, USERS_MAX, NAME_MAX, PASSWORD_MIN = 10, 100, 50, 6
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PASSWORD = (r"\d", r"[a-zа-я]", r"[A-ZА-Я]")


@get("/api/v4/users")
async def users(request: Http) -> Answer:
    who, query = caller(request, admin=True), queries.of(request)
    is_hidden = switches(request).hides_inactive
    everybody = sorted(who.crm.people.users.values(), key=lambda user: user["id"])
    everybody = [user for user in everybody if user["is_active"] or not is_hidden]
    rows = [_shown(request, who.crm, user, query.embed) for user in everybody]
    return counted(request, "users", rows, query)


@get("/api/v4/users/{number:int}")
async def one_user(request: Http, number: FromPath[int]) -> Answer:
    who = caller(request, admin=True)
    if number not in who.crm.people.users:
        return absent(request)
    return hal(_shown(request, who.crm, who.crm.people.users[number], queries.of(request).embed))


@post("/api/v4/users", status_code=201)
async def add_users(request: Http) -> Answer:
    who = caller(request, admin=True)
    items = await read_items(request, USERS_AT_ONCE)
    if len(who.crm.people.users) + len(items) > USERS_MAX:
        raise ApiRefusal(403, f"An account with {USERS_MAX} users takes no more through the API")
    check_items(items, lambda item: _check(who, item))
    with who.crm.work.transaction():
        added = [_add(who, item) for item in items]
    rows = [
        _shown(request, who.crm, user, frozenset({"role", "group"}))
        | {"request_id": item["request_id"]}
        for user, item in zip(added, items, strict=True)
    ]
    answer = written(request, "users", rows, total=len(rows))
    answer.status_code = 201
    return answer


@post("/api/v4/users/{verb:str}", status_code=200)
async def switch_users(request: Http, verb: FromPath[str]) -> Answer:
    """Let users in again, or shut them out; the documents are silent about the answer's form."""
    who = caller(request, admin=True)
    if verb not in {"activate", "deactivate"}:
        raise ApiRefusal(404, "Not found")
    items = await read_items(request)
    check_items(items, lambda item: _check_switch(who, item, is_off=verb == "deactivate"))
    with who.crm.work.transaction():
        for item in items:
            who.crm.people.change(item["id"], is_active=verb == "activate")
    rows = [
        _shown(request, who.crm, who.crm.people.users[item["id"]], frozenset()) for item in items
    ]
    return written(request, "users", rows)


def _check(who: Caller, item: Doc) -> Iterable[Trouble]:
    yield from missing(item, ("name", "email", "password"))
    yield from wrong_types(item, ("group_id", "role_id"), ("name", "email", "password", "lang"))
    if len(str(item.get("name") or "")) > NAME_MAX:
        yield ("TooLong", "name", f"At most {NAME_MAX} characters.")
    email, password = str(item.get("email") or ""), str(item.get("password") or "")
    if email and not _EMAIL.fullmatch(email):
        yield ("InvalidType", "email", "This is not an e-mail address.")
    if email in {user["email"] for user in who.crm.people.users.values()}:
        yield ("NotUnique", "email", "Somebody has this address already.")
    is_weak = len(password) < PASSWORD_MIN or not all(re.search(p, password) for p in _PASSWORD)
    if password and is_weak:
        yield ("InvalidType", "password", "Six characters, a digit, small and capital letters.")
    rights = item.get("rights") or {}
    role = rights.get("role_id") or item.get("role_id")
    if role is not None and who.crm.roles.find(role) is None:
        yield not_a_choice("rights.role_id")
    group = rights.get("group_id") or item.get("group_id") or 0
    if group not in {known["id"] for known in who.crm.people.groups}:
        yield not_a_choice("rights.group_id")


def _check_switch(who: Caller, item: Doc, *, is_off: bool) -> Iterable[Trouble]:
    number = item.get("id")
    if not is_whole(number) or number not in who.crm.people.users:
        yield not_a_choice("id")
    elif is_off and number == who.user:
        yield ("NotSupported", "id", "Nobody shuts themselves out.")


def _add(who: Caller, item: Doc) -> Doc:
    rights = item.get("rights") or {}
    role = rights.get("role_id") or item.get("role_id")
    return who.crm.people.add(
        {
            "name": item["name"],
            "email": item["email"],
            "lang": item.get("lang") or "ru",
            "group": rights.get("group_id") or item.get("group_id") or 0,
            "role": role,
            "is_admin": bool(rights.get("is_admin")),
            "is_free": bool(rights.get("is_free")),
            "is_active": True,
            "rights": None if role else settled(rights),
            "phone": item.get("phone_number"),
            "rank": "newbie",
        }
    )


def _shown(request: Http, crm: Crm, user: Doc, embed: frozenset[str]) -> Doc:
    shown: Doc = {
        "id": user["id"],
        "name": user["name"],
        "email": user["email"],
        "lang": user.get("lang") or "ru",
        "rights": _rights(crm, user),
    } | _asked(user, embed)
    shown["_links"] = self_link(request, f"users/{user['id']}")
    embedded: Doc = {}
    if "role" in embed:
        role = crm.roles.find(user.get("role"))
        embedded["roles"] = [] if role is None else [_role_of_user(request, role)]
    if "group" in embed:
        embedded["groups"] = [group for group in crm.people.groups if group["id"] == user["group"]]
    return shown | ({"_embedded": embedded} if embedded else {})


def _role_of_user(request: Http, role: Doc) -> Doc:
    links = self_link(request, f"roles/{role['id']}")
    return {"id": role["id"], "name": role["name"], "_links": links}


def _asked(user: Doc, embed: frozenset[str]) -> Doc:
    fields = {
        "uuid": user.get("uuid"),
        "amojo_id": f"00000000-0000-4000-8001-{user['id']:012d}",
        "user_rank": user.get("rank") or "candidate",
        "phone_number": user.get("phone"),
    }
    return {name: value for name, value in fields.items() if name in embed}


def _rights(crm: Crm, user: Doc) -> Doc:
    rights = crm.people.rights_of(user["id"])
    return {
        **rights,
        "status_rights": None if user["is_admin"] else rights.get("status_rights"),
        "is_admin": user["is_admin"],
        "is_free": bool(user.get("is_free")),
        "is_active": user["is_active"],
        "group_id": user["group"] or None,
        "role_id": user.get("role"),
    }
