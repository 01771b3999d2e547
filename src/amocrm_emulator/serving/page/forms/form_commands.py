"""What a person does to a card by hand: a form's fields into the account's verbs.

The same verbs serve the API and the simulated team, so events and webhooks leave as always.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import LOST
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.checks import is_active
from amocrm_emulator.serving.page.form_fields import BadField, FormFields
from amocrm_emulator.serving.page.telling import CALL_RESULTS
from amocrm_emulator.serving.page.words import _

PRICE_MAX = 10**12
CALL_SECONDS_MAX = 24 * 3600
TALKED = 4
TELEPHONY = "Телефония"


@dataclass(frozen=True, slots=True)
class FormCommand:
    """One act on one card: whose, when, what the form said."""

    crm: Crm
    by: int
    at: int
    kind: str
    number: int
    form: FormFields


def person_of(crm: Crm, form: FormFields) -> int:
    """Return the employee chosen in a form."""
    found = form.number("user")
    if found is None or not is_active(crm, found):
        raise BadField(_("Выберите сотрудника."))
    return found


def _change(command: FormCommand, fields: Doc) -> None:
    if command.kind == "leads":
        command.crm.leads.change(command.by, command.at, command.number, **fields)
    else:
        command.crm.cards.change(command.kind, command.by, command.at, command.number, **fields)


def rename(command: FormCommand) -> None:
    _change(command, {"name": command.form.needed("name", _("Напишите название."))})


def owner(command: FormCommand) -> None:
    _change(command, {"responsible_user_id": person_of(command.crm, command.form)})


def tags(command: FormCommand) -> None:
    """Replace the tags of a card by those named, separated by commas."""
    names = (part.strip() for part in command.form.text("tags").split(","))
    given = [{"name": name} for name in names if name]
    with command.crm.work.transaction():
        _change(command, {"tags": command.crm.tags.known(command.kind, given)})


def stage(command: FormCommand) -> None:
    """Move a lead to a stage of any pipeline; a loss may have its reason."""
    pipeline, _colon, status = command.form.text("stage").partition(":")
    place = FormFields({"pipeline": pipeline, "status": status})
    to, at = place.number("pipeline"), place.number("status")
    if to is None or at is None or not command.crm.pipelines.takes(to, at):
        raise BadField(_("Выберите этап."))
    reasons = {number for number, _name in command.crm.account.doc["loss_reasons"]}
    reason = command.form.number("reason")
    command.crm.leads.change(
        command.by,
        command.at,
        command.number,
        pipeline_id=to,
        status_id=at,
        loss_reason_id=reason if at == LOST and reason in reasons else None,
    )


def price(command: FormCommand) -> None:
    wrong = _("Бюджет — целое число рублей, не меньше нуля.")
    _change(command, {"price": command.form.within("price", 0, PRICE_MAX, wrong)})


def note(command: FormCommand) -> None:
    text = command.form.needed("text", _("Напишите текст примечания."))
    command.crm.notes.add(
        command.by, command.at, command.kind, command.number, "common", {"text": text}
    )


def call(command: FormCommand) -> None:
    """Save a call of somebody with the customer, as telephony does when it ends."""
    user = person_of(command.crm, command.form)
    status = command.form.within(
        "result", 1, max(CALL_RESULTS), _("Выберите, чем кончился звонок.")
    )
    wrong = _("Длительность — целое число секунд, не больше суток.")
    seconds = command.form.within("seconds", 0, CALL_SECONDS_MAX, wrong) if status == TALKED else 0
    is_incoming = command.form.text("way") == "in"
    with command.crm.work.transaction():
        uniq = f"hand-{command.crm.store.next_id('hand_call', 0)}"
        params: Doc = {
            "uniq": uniq,
            "duration": seconds,
            "source": TELEPHONY,
            "link": f"https://pbx.example.com/records/{uniq}.mp3" if seconds else "",
            "phone": phone_of(command.crm, command.kind, command.number),
            "call_result": command.form.text("text"),
            "call_status": status,
            "call_responsible": user,
        }
        command.crm.notes.add(
            user,
            command.at,
            command.kind,
            command.number,
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


def task(command: FormCommand) -> None:
    """Plan something about a card; the one who acts does it unless somebody else is named."""
    text = command.form.needed("text", _("Напишите, что сделать."))
    till = command.form.moment("till", command.crm.account.zone, _("Укажите срок задачи."))
    types = {number for number, _name in command.crm.account.doc["task_types"]}
    kind = command.form.number("type")
    command.crm.tasks.add(
        command.by,
        command.at,
        text,
        till,
        entity_id=command.number,
        entity_type=command.kind,
        responsible_user_id=person_of(command.crm, command.form),
        task_type_id=kind if kind in types else None,
    )


def delete(command: FormCommand) -> None:
    command.crm.cards.delete(command.by, command.at, command.kind, command.number)


def restore(command: FormCommand) -> None:
    command.crm.cards.restore(command.by, command.at, command.kind, command.number)


def merge(command: FormCommand) -> None:
    """Join another card of the same kind to this one; the other one disappears."""
    other = command.form.number("other") or 0
    if other == command.number:
        raise BadField(_("Это та же самая карточка."))
    try:
        command.crm.cards.merge(command.by, command.at, command.kind, command.number, other)
    except KeyError:
        raise BadField(_("Карточки с таким номером нет.")) from None


OF_ANY_CARD: Mapping[str, Callable[[FormCommand], None]] = {
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
OF_LEADS: Mapping[str, Callable[[FormCommand], None]] = {"stage": stage, "price": price}
