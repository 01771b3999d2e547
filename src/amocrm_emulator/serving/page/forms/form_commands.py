"""What a person does to a card by hand: a form's fields into the account's verbs.

The same verbs serve the API and the simulated team, so events and webhooks leave as always.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import LOST
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.checks import is_active
from amocrm_emulator.serving.page.form_fields import Asked, BadField
from amocrm_emulator.serving.page.telling import CALL_RESULTS
from amocrm_emulator.serving.page.words import _

PRICE_MAX = 10**12
CALL_SECONDS_MAX = 24 * 3600
TALKED = 4
TELEPHONY = "Телефония"


@dataclass(frozen=True, slots=True)
class Deed:
    """One act on one card: whose, when, what the form said."""

    crm: Crm
    by: int
    at: int
    kind: str
    number: int
    asked: Asked


def person_of(crm: Crm, asked: Asked) -> int:
    """Return the employee chosen in a form."""
    found = asked.number("user")
    if found is None or not is_active(crm, found):
        raise BadField(_("Выберите сотрудника."))
    return found


def _change(deed: Deed, fields: Doc) -> None:
    if deed.kind == "leads":
        deed.crm.change_lead(deed.by, deed.at, deed.number, **fields)
    else:
        deed.crm.change_card(deed.kind, deed.by, deed.at, deed.number, **fields)


def rename(deed: Deed) -> None:
    _change(deed, {"name": deed.asked.needed("name", _("Напишите название."))})


def owner(deed: Deed) -> None:
    _change(deed, {"responsible_user_id": person_of(deed.crm, deed.asked)})


def tags(deed: Deed) -> None:
    """Replace the tags of a card by those named, separated by commas."""
    names = (part.strip() for part in deed.asked.text("tags").split(","))
    given = [{"name": name} for name in names if name]
    with deed.crm.transaction():
        _change(deed, {"tags": deed.crm.tags.known(deed.kind, given)})


def stage(deed: Deed) -> None:
    """Move a lead to a stage of any pipeline; a loss may have its reason."""
    pipeline, _colon, status = deed.asked.text("stage").partition(":")
    place = Asked({"pipeline": pipeline, "status": status})
    to, at = place.number("pipeline"), place.number("status")
    if to is None or at is None or not deed.crm.has_status(to, at):
        raise BadField(_("Выберите этап."))
    reasons = {number for number, _name in deed.crm.account["loss_reasons"]}
    reason = deed.asked.number("reason")
    deed.crm.change_lead(
        deed.by,
        deed.at,
        deed.number,
        pipeline_id=to,
        status_id=at,
        loss_reason_id=reason if at == LOST and reason in reasons else None,
    )


def price(deed: Deed) -> None:
    wrong = _("Бюджет — целое число рублей, не меньше нуля.")
    _change(deed, {"price": deed.asked.within("price", 0, PRICE_MAX, wrong)})


def note(deed: Deed) -> None:
    text = deed.asked.needed("text", _("Напишите текст примечания."))
    deed.crm.add_note(deed.by, deed.at, deed.kind, deed.number, "common", {"text": text})


def call(deed: Deed) -> None:
    """Save a call of somebody with the customer, as telephony does when it ends."""
    user = person_of(deed.crm, deed.asked)
    status = deed.asked.within("result", 1, max(CALL_RESULTS), _("Выберите, чем кончился звонок."))
    wrong = _("Длительность — целое число секунд, не больше суток.")
    seconds = deed.asked.within("seconds", 0, CALL_SECONDS_MAX, wrong) if status == TALKED else 0
    is_incoming = deed.asked.text("way") == "in"
    with deed.crm.transaction():
        uniq = f"hand-{deed.crm.store.next_id('hand_call', 0)}"
        params: Doc = {
            "uniq": uniq,
            "duration": seconds,
            "source": TELEPHONY,
            "link": f"https://pbx.example.com/records/{uniq}.mp3" if seconds else "",
            "phone": phone_of(deed.crm, deed.kind, deed.number),
            "call_result": deed.asked.text("text"),
            "call_status": status,
            "call_responsible": user,
        }
        deed.crm.add_note(
            user,
            deed.at,
            deed.kind,
            deed.number,
            "call_in" if is_incoming else "call_out",
            params,
            responsible_user_id=user,
        )


def phone_of(crm: Crm, kind: str, number: int) -> str:
    """Return the first phone of a card, or of its main contact; empty when there is none."""
    linked = crm.store.links(kind, number, "contacts")
    cards = ((kind, number), *(("contacts", contact) for contact, _main in linked))
    found = (phone_in(doc) for card in cards if (doc := crm.store.entity(*card)))
    return next((phone for phone in found if phone), "")


def phone_in(doc: Doc) -> str:
    for field in doc["custom_fields_values"] or ():
        if field["field_code"] == "PHONE":
            return str(field["values"][0]["value"])
    return ""


def task(deed: Deed) -> None:
    """Plan something about a card; the one who acts does it unless somebody else is named."""
    text = deed.asked.needed("text", _("Напишите, что сделать."))
    till = deed.asked.moment("till", deed.crm.zone, _("Укажите срок задачи."))
    types = {number for number, _name in deed.crm.account["task_types"]}
    kind = deed.asked.number("type")
    deed.crm.add_task(
        deed.by,
        deed.at,
        text,
        till,
        entity_id=deed.number,
        entity_type=deed.kind,
        responsible_user_id=person_of(deed.crm, deed.asked),
        task_type_id=kind if kind in types else None,
    )


def delete(deed: Deed) -> None:
    deed.crm.delete(deed.by, deed.at, deed.kind, deed.number)


def restore(deed: Deed) -> None:
    deed.crm.restore(deed.by, deed.at, deed.kind, deed.number)


def merge(deed: Deed) -> None:
    """Join another card of the same kind to this one; the other one disappears."""
    other = deed.asked.number("other") or 0
    if other == deed.number:
        raise BadField(_("Это та же самая карточка."))
    try:
        deed.crm.merge(deed.by, deed.at, deed.kind, deed.number, other)
    except KeyError:
        raise BadField(_("Карточки с таким номером нет.")) from None


OF_ANY_CARD: Mapping[str, Callable[[Deed], None]] = {
    "rename": rename,
    "owner": owner,
    "tags": tags,
    "note": note,
    "call": call,
    "task": task,
    "delete": delete,
    "restore": restore,
    "merge": merge,
}
OF_LEADS: Mapping[str, Callable[[Deed], None]] = {"stage": stage, "price": price}
