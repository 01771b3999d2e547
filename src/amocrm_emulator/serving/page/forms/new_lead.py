"""A lead by hand: the wish, perhaps with the customer who has it and where they came from."""

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.page.form_fields import FormFields
from amocrm_emulator.serving.page.forms.form_commands import PRICE_MAX, person_of
from amocrm_emulator.serving.page.words import _

SOURCE_FIELD = 71_104
SOURCE_NAME = "Источник"


def new_lead(crm: Crm, by: int, at: int, form: FormFields) -> int:
    """Add a lead with its contact in one commit, as a form on a site does; return its number."""
    name = form.needed("name", _("Напишите, чего хочет клиент."))
    wrong = _("Бюджет — целое число рублей, не меньше нуля.")
    price = form.within("price", 0, PRICE_MAX, wrong) if form.text("price") else 0
    responsible = person_of(crm, form) if form.text("user") else None
    with crm.work.transaction():
        contact = _contact(crm, by, at, form, responsible)
        return crm.leads.add(
            by,
            at,
            name,
            contacts=() if contact is None else (contact,),
            price=price,
            responsible_user_id=responsible,
            custom_fields_values=_source(crm, form.text("source")),
            pipeline_id=_pipeline(crm, form.number("pipeline")),
        )


def _contact(crm: Crm, by: int, at: int, form: FormFields, responsible: int | None) -> int | None:
    name, phone = form.text("contact"), form.text("phone")
    if not name and not phone:
        return None
    return crm.cards.add_contact(
        by, at, name or phone, phone=phone or None, first_name=name, responsible_user_id=responsible
    )


def _source(crm: Crm, text: str) -> list[Doc] | None:
    if not text:
        return None
    crm.fields.ensure("leads", SOURCE_FIELD, SOURCE_NAME)
    given = {"field_id": SOURCE_FIELD, "values": [{"value": text}]}
    return crm.fields.filled("leads", [given])


def _pipeline(crm: Crm, wanted: int | None) -> int | None:
    return wanted if any(p["id"] == wanted for p in crm.pipelines.all) else None
