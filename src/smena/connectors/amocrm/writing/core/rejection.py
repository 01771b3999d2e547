"""Why amoCRM refused an item, for people: what it is about in our words, then its own.

It is told by the place of the trouble; amoCRM's codes are shown and never relied on (amocrm.md
section 5).
"""

from collections.abc import Iterable

from smena.kernel.i18n import gettext as _
from smena.kernel.reasons import declare, joined

OWN_WORDS = " ({path}: {detail})"

_ABOUT = {
    "id": declare("amocrm.no_card", lambda: _("такой карточки в amoCRM больше нет") + OWN_WORDS),
    "responsible_user_id": declare(
        "amocrm.no_responsible",
        lambda: _("такого ответственного в amoCRM нет, или он отключён") + OWN_WORDS,
    ),
    "status_id": declare("amocrm.no_stage", lambda: _("такого этапа в amoCRM нет") + OWN_WORDS),
    "pipeline_id": declare(
        "amocrm.no_pipeline", lambda: _("такой воронки в amoCRM нет") + OWN_WORDS
    ),
    "entity_id": declare(
        "amocrm.no_owner_card",
        lambda: _("карточки, к которой это относится, в amoCRM больше нет") + OWN_WORDS,
    ),
    "custom_fields_values": declare(
        "amocrm.bad_field", lambda: _("amoCRM не приняла значение поля") + OWN_WORDS
    ),
    "task_type_id": declare(
        "amocrm.no_task_type", lambda: _("такого типа задачи в amoCRM нет") + OWN_WORDS
    ),
    "complete_till": declare(
        "amocrm.bad_due", lambda: _("amoCRM не приняла срок задачи") + OWN_WORDS
    ),
    "text": declare("amocrm.bad_text", lambda: _("amoCRM не приняла текст") + OWN_WORDS),
    "params": declare("amocrm.bad_note", lambda: _("amoCRM не приняла примечание") + OWN_WORDS),
    "name": declare("amocrm.bad_name", lambda: _("amoCRM не приняла название") + OWN_WORDS),
    "price": declare("amocrm.bad_price", lambda: _("amoCRM не приняла бюджет") + OWN_WORDS),
}
_ELSEWHERE = declare("amocrm.rejected_at", lambda: _("amoCRM отказала") + OWN_WORDS)
_REJECTED = declare("amocrm.rejected", lambda: _("amoCRM отказала"))
_REJECTED_AS = declare("amocrm.rejected_as", lambda: _("amoCRM отказала") + ": {told}")


def rejection_reason(troubles: Iterable[tuple[str, str]]) -> str:
    """Return the reason, as it is stored, of pairs (path, detail)."""
    found = [
        _ABOUT.get(path.partition(".")[0], _ELSEWHERE).about(path=path, detail=detail)
        for path, detail in troubles
    ]
    return joined(found) or _REJECTED.about()


def of_problem(title: str | None, detail: str | None) -> str:
    """Return the reason, as it is stored, of a rejection that names no field."""
    told = " ".join(filter(None, [title, detail]))
    return _REJECTED_AS.about(told=told) if told else _REJECTED.about()
