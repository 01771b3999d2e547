"""Users: for administrators only."""

from litestar import get
from litestar.params import FromPath

from amocrm_emulator.api import query as queries
from amocrm_emulator.api.answers import Answer, Http, hal, listing, nothing, self_link
from amocrm_emulator.api.gate import caller
from amocrm_emulator.crm import Crm
from amocrm_emulator.store import Doc

EVERYTHING = {"view": "A", "edit": "A", "add": "A", "delete": "A", "export": "A"}


@get("/api/v4/users")
async def users(request: Http) -> Answer:
    who, query = caller(request, admin=True), queries.of(request)
    everybody = sorted(who.crm.users.values(), key=lambda user: user["id"])
    start = (query.page - 1) * query.limit
    rows = [
        _shown(request, who.crm, user, query.embed)
        for user in everybody[start : start + query.limit]
    ]
    pages = -(-len(everybody) // query.limit)
    return listing(
        request,
        "users",
        rows,
        query,
        has_next=query.page < pages,
        totals={"_total_items": len(everybody), "_page_count": pages},
    )


@get("/api/v4/users/{number:int}")
async def one_user(request: Http, number: FromPath[int]) -> Answer:
    who = caller(request, admin=True)
    if number not in who.crm.users:
        return nothing()
    return hal(_shown(request, who.crm, who.crm.users[number], queries.of(request).embed))


def _shown(request: Http, crm: Crm, user: Doc, embed: frozenset[str]) -> Doc:
    shown: Doc = {
        "id": user["id"],
        "name": user["name"],
        "email": user["email"],
        "lang": "ru",
        "rights": _rights(user),
    } | _asked(user, embed)
    shown["_links"] = self_link(request, f"users/{user['id']}")
    embedded: Doc = {}
    if "role" in embed:
        embedded["roles"] = []
    if "group" in embed:
        embedded["groups"] = [group for group in crm.groups if group["id"] == user["group"]]
    return shown | ({"_embedded": embedded} if embedded else {})


def _asked(user: Doc, embed: frozenset[str]) -> Doc:
    fields = {
        "uuid": None,
        "amojo_id": f"00000000-0000-4000-8001-{user['id']:012d}",
        "user_rank": "candidate",
        "phone_number": None,
    }
    return {name: value for name, value in fields.items() if name in embed}


def _rights(user: Doc) -> Doc:
    return {
        **dict.fromkeys(("leads", "contacts", "companies"), EVERYTHING),
        "tasks": {"edit": "A", "delete": "A"},
        "mail_access": False,
        "catalog_access": False,
        "status_rights": None,
        "is_admin": user["is_admin"],
        "is_free": False,
        "is_active": user["is_active"],
        "group_id": user["group"] or None,
        "role_id": None,
    }
