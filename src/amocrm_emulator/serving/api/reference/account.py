"""The account itself and its loss reasons."""

from collections.abc import Callable
from typing import Any

from litestar import get

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import Answer, Http, hal, self_link, whole
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.switches import switches

CASES = ("default", "genitive", "dative", "accusative", "instrumental", "prepositional")
LEAD = ("сделка", "сделки", "сделке", "сделку", "сделкой", "сделке")
LEADS = ("сделки", "сделок", "сделкам", "сделки", "сделками", "сделках")


@get("/api/v4/account")
async def account(request: Http) -> Answer:
    who = caller(request)
    embed = queries.of(request).embed
    mode = "segments" if switches(request).has_customers else "disabled"
    shown = (
        _account(who)
        | {"customers_mode": mode}
        | _asked(who.crm, embed, has_filters=switches(request).has_filters)
    )
    embedded = _embedded(who.crm, embed)
    shown |= {"_links": self_link(request, "account")}
    return hal(shown | ({"_embedded": embedded} if embedded else {}))


@get("/api/v4/leads/loss_reasons")
async def loss_reasons(request: Http) -> Answer:
    who = caller(request)
    rows = [
        {"id": number, "name": name, "sort": place, "created_at": 0, "updated_at": 0}
        for place, (number, name) in enumerate(who.crm.account.doc["loss_reasons"])
    ]
    return whole(request, "loss_reasons", rows, "leads/loss_reasons")


def _account(who: Caller) -> Doc:
    return {
        "id": who.crm.account.id,
        "name": who.crm.account.doc["name"],
        "subdomain": who.crm.account.subdomain,
        "current_user_id": who.user,
        "country": "RU",
        "currency": "RUB",
        "currency_symbol": "₽",
        "is_unsorted_on": True,
        "is_loss_reason_enabled": True,
        "is_helpbot_enabled": False,
        "is_technical_account": False,
        "contact_name_display_order": 1,
    }


def _asked(crm: Crm, embed: frozenset[str], *, has_filters: bool) -> Doc:
    """Return the fields of the account that are told only when asked for."""
    number = int(crm.account.id)
    fields: dict[str, Any] = {
        "amojo_id": f"00000000-0000-4000-8000-{number:012d}",
        "version": 16,
        "drive_url": "https://drive-b.amocrm.ru",
        "is_api_filter_enabled": has_filters,
    }
    return {name: value for name, value in fields.items() if name in embed}


def _embedded(crm: Crm, embed: frozenset[str]) -> Doc:
    parts: dict[str, Callable[[], Any]] = {
        "amojo_rights": lambda: {"can_direct": True, "can_create_groups": True},
        "users_groups": lambda: [group | {"uuid": None} for group in crm.people.groups],
        "task_types": lambda: _task_types(crm),
        "entity_names": _entity_names,
        "datetime_settings": lambda: _datetime_settings(crm),
        "invoices_settings": lambda: {"lang": "ru", "invoices_catalog_id": None},
    }
    return {name: make() for name, make in parts.items() if name in embed}


def _task_types(crm: Crm) -> list[Doc]:
    codes = {1: "FOLLOW_UP", 2: "MEETING"}
    return [
        {"id": number, "name": name, "color": None, "icon_id": None, "code": codes.get(number)}
        for number, name in crm.account.doc["task_types"]
    ]


def _entity_names() -> Doc:
    return {
        "leads": {
            "ru": {
                "gender": "f",
                "singular_form": dict(zip(CASES, LEAD, strict=True)),
                "plural_form": dict(zip(CASES, LEADS, strict=True)),
            }
        }
    }


def _datetime_settings(crm: Crm) -> Doc:
    return {
        "date_pattern": "d.m.Y H:i",
        "short_date_pattern": "d.m.Y",
        "short_time_pattern": "H:i",
        "date_formant": "d.m.Y",  # the platform's own spelling
        "time_format": "H:i:s",
        "timezone": crm.account.doc["time_zone"],
        "timezone_offset": crm.account.offset(crm.clock.now()),
    }
