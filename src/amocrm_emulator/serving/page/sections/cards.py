"""Cards at amoCRM's own addresses, so that a link made for amoCRM leads to the card here."""

from datetime import datetime

from litestar import get
from litestar.params import FromPath

from amocrm_emulator.account.core.kinds import CARDS
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.answers import ApiRefusal, Http
from amocrm_emulator.serving.page import telling
from amocrm_emulator.serving.page.forms.form_commands import phone_in
from amocrm_emulator.serving.page.render import FormFailure, Html, page
from amocrm_emulator.serving.page.sections import rows
from amocrm_emulator.serving.page.sections.work import people_of, stages_of
from amocrm_emulator.serving.page.words import _
from amocrm_emulator.team.phrases import CHANNELS

HOUR = 3600


@get("/{kind:str}/detail/{number:int}")
async def card(request: Http, kind: FromPath[str], number: FromPath[int]) -> Html:
    return card_page(request, kind, number)


def card_page(request: Http, kind: str, number: int, *, failure: FormFailure | None = None) -> Html:
    """Show a card with what is linked to it, its work and its past."""
    crm: Crm = request.app.state.crm
    found = rows.card(crm, kind, number) if kind in CARDS else None
    if found is None:
        raise ApiRefusal(404, _("Такой карточки нет."))
    doc, is_binned = found
    linked = {
        other: [
            (one, is_main)
            for n, is_main in crm.store.links(kind, number, other)
            if (one := crm.store.entity(other, n))
        ]
        for other in CARDS
    }
    return page(
        request,
        "card.html",
        failure=failure,
        kind=kind,
        doc=doc,
        is_binned=is_binned,
        linked=linked,
        tasks=rows.of_card(crm.store, "tasks", kind, number),
        messages=_messages(crm, kind, number),
        channels=CHANNELS,
        product=request.app.state.product,
        notes=rows.of_card(crm.store, "notes", kind, number),
        events=rows.events_of_card(crm.store, kind, number),
        people=people_of(crm),
        places=[(p, stages_of(p)) for p in crm.pipelines.all],
        task_types=crm.account.doc["task_types"],
        loss_reasons=crm.account.doc["loss_reasons"],
        call_results=telling.CALL_RESULTS,
        telling=telling,
        soon=_soon(crm),
        phone_of=phone_in,
    )


def _messages(crm: Crm, kind: str, number: int) -> list[Doc]:
    """Return what was written in the chats of a card's people."""
    contacts = (
        [number]
        if kind == "contacts"
        else [contact for contact, _main in crm.store.links(kind, number, "contacts")]
    )
    found = [one for contact in contacts for one in rows.messages_of(crm.store, contact)]
    return sorted(found, key=lambda one: -int(one["id"]))


def _soon(crm: Crm) -> str:
    """Return the next whole hour but one, as a field for a deadline holds it."""
    hour = crm.clock.now() // HOUR * HOUR + 2 * HOUR
    return datetime.fromtimestamp(hour, crm.account.zone).strftime("%Y-%m-%dT%H:%M")
