"""Events and notes in a reader's words: what changed, from what to what."""

from collections.abc import Mapping
from typing import Any

from amocrm_emulator.account.core.kinds import SINGULAR
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import LOST, ROBOT, WON
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.events.event_types import TYPES
from amocrm_emulator.serving.page.render import money
from amocrm_emulator.serving.page.words import RUSSIAN, _, language, say

_NAMES = {key: text for key, _number, text in TYPES}
CALL_RESULTS = {
    4: _("разговор состоялся"),
    6: _("не дозвонились"),
    7: _("занято"),
    1: _("оставлено сообщение"),
    2: _("перезвонить позже"),
    3: _("нет на месте"),
    5: _("неверный номер"),
}
_NOTES = {
    "common": _("Примечание"),
    "call_in": _("Входящий звонок"),
    "call_out": _("Исходящий звонок"),
    "service_message": _("Служебное сообщение"),
    "sms_in": _("Входящее SMS"),
    "sms_out": _("Исходящее SMS"),
}

_CHANNELS = {
    "telegram": "Telegram",
    "vk": _("ВКонтакте"),
    "avito": _("Авито"),
    "whatsapp": "WhatsApp",
}
_CARDS = {
    "lead": _("сделка {n}"),
    "contact": _("контакт {n}"),
    "company": _("компания {n}"),
    "customer": _("покупатель {n}"),
}
_PLAIN = (
    ("name_field_value", "name"),
    ("custom_field_value", "text"),
    ("tag", "name"),
    ("task", "text"),
)


def event_name(kind: str) -> str:
    """Name a type of event: in amoCRM's Russian, else by its code, which is English."""
    if language() == RUSSIAN:
        return _NAMES.get(kind, kind)
    return kind.replace("_", " ").capitalize()


def stage(crm: Crm, pipeline: int, status: int) -> str:
    """Name a stage of a lead."""
    if status in {WON, LOST}:
        return say(_("Успешно реализовано") if status == WON else _("Закрыто и не реализовано"))
    statuses = next((p["statuses"] for p in crm.pipelines.all if p["id"] == pipeline), ())
    found = next((one["name"] for one in statuses if one["id"] == status), None)
    return str(found) if found else say(_("Неразобранное"))


def event_author(crm: Crm, event: Doc) -> str:
    """Name who did it; what customers do has no author in the log."""
    author = event["created_by"]
    if author != ROBOT:
        return str(crm.people.users.get(author, {}).get("name", author))
    return say(_("клиент") if event["type"].startswith("incoming_") else _("робот"))


def event_text(crm: Crm, event: Doc) -> str:
    """Tell what an event changed; empty when its name says all."""
    before, after = _told(crm, event["value_before"]), _told(crm, event["value_after"])
    told = f"{before} → {after}" if before and after else after or before
    field = _field(crm, event)
    return f"{field}: {told}" if field else told


def _field(crm: Crm, event: Doc) -> str:
    """Name the custom field that an event is about; empty for other events."""
    plural = {single: kind for kind, single in SINGULAR.items()}.get(event["entity_type"], "")
    for value in (*event["value_after"], *event["value_before"]):
        if "custom_field_value" in value:
            field = crm.fields.find(plural, value["custom_field_value"])
            return str(field["name"]) if field else ""
    return ""


def channel(origin: str) -> str:
    """Name the messenger of a conversation."""
    return say(_CHANNELS.get(origin, origin))


def note_name(note: Doc) -> str:
    return say(_NOTES.get(note["note_type"]) or str(note["note_type"]))


def note_text(note: Doc) -> str:
    """Return what a note says; for a call its length and how it ended."""
    params = note["params"] or {}
    if note["note_type"] not in {"call_in", "call_out"}:
        return str(params.get("text") or "")
    result = CALL_RESULTS.get(params.get("call_status") or 0, "")
    parts = (
        _talk(params.get("duration") or 0),
        str(params.get("phone") or ""),
        say(result) if result else "",
        str(params.get("call_result") or ""),
    )
    return " · ".join(part for part in parts if part)


def _talk(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def _told(crm: Crm, values: Any) -> str:
    if not isinstance(values, list):
        return ""
    texts = (_one(crm, value) for value in values if isinstance(value, dict))
    return ", ".join(text for text in texts if text)


def _one(crm: Crm, value: Mapping[str, Any]) -> str:
    match value:
        case {"lead_status": {"id": status, "pipeline_id": pipeline}}:
            return stage(crm, pipeline, status)
        case {"responsible_user": {"id": user}}:
            return str(crm.people.users.get(user, {}).get("name", user)) if user != ROBOT else "—"
        case {"sale_field_value": {"sale": sale}}:
            return money(sale)
        case {"link": {"entity": card}} | {"unlink": {"entity": card}}:
            return say(_CARDS.get(card["type"], card["type"] + " {n}"), n=card["id"])
        case {"message": {"origin": origin}} | {"talk": {"origin": origin}}:
            return channel(str(origin or ""))
    return _plain(value)


def _plain(value: Mapping[str, Any]) -> str:
    """Return what is a text by itself: a name, a field's value, a channel."""
    for name, inner in _PLAIN:
        if name in value:
            return str(value[name].get(inner) or "")
    return ""
