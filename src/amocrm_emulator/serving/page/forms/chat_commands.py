"""A message by hand, from the customer or to them."""

from amocrm_emulator.serving.page.form_fields import BadField
from amocrm_emulator.serving.page.forms.form_commands import FormCommand
from amocrm_emulator.serving.page.words import _
from amocrm_emulator.team import phrases


def message(command: FormCommand) -> None:
    """Write in the customer's chat; what is said as the customer has no author among the people."""
    is_incoming = command.form.text("way") == "in"
    texts = phrases.QUESTIONS if is_incoming else phrases.ANSWERS
    text = command.form.text("text") or texts[command.at % len(texts)]
    origin = command.form.text("origin")
    command.crm.talks.write(
        command.by,
        command.at,
        _contact(command),
        text,
        is_incoming=is_incoming,
        origin=origin if origin in phrases.CHANNELS else phrases.CHANNELS[0],
    )


def _contact(command: FormCommand) -> int:
    """Return whose chat it is: a contact's own, or that of a lead's main contact."""
    if command.kind == "contacts":
        return command.number
    linked = command.crm.store.links(command.kind, command.number, "contacts")
    if not linked:
        raise BadField(_("У сделки нет контакта: писать некому."))
    return linked[0][0]
