"""A message by hand, from the customer or to them."""

from amocrm_emulator.serving.page.form_fields import BadField
from amocrm_emulator.serving.page.forms.form_commands import Deed
from amocrm_emulator.serving.page.words import _
from amocrm_emulator.team import phrases


def message(deed: Deed) -> None:
    """Write in the customer's chat; what is said as the customer has no author among the people."""
    is_incoming = deed.asked.text("way") == "in"
    texts = phrases.QUESTIONS if is_incoming else phrases.ANSWERS
    text = deed.asked.text("text") or texts[deed.at % len(texts)]
    origin = deed.asked.text("origin")
    deed.crm.message(
        deed.by,
        deed.at,
        _contact(deed),
        text,
        is_incoming=is_incoming,
        origin=origin if origin in phrases.CHANNELS else phrases.CHANNELS[0],
    )


def _contact(deed: Deed) -> int:
    """Return whose chat it is: a contact's own, or that of a lead's main contact."""
    if deed.kind == "contacts":
        return deed.number
    linked = deed.crm.store.links(deed.kind, deed.number, "contacts")
    if not linked:
        raise BadField(_("У сделки нет контакта: писать некому."))
    return linked[0][0]
