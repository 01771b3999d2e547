"""Why amoCRM refused an item, for people: what it is about in our words, then its own.

It is told by the place of the trouble; codes are shown and never relied on (amocrm.md section 5).
"""

from collections.abc import Iterable

REASON_MAX = 500

_ABOUT = {
    "id": "такой карточки в amoCRM больше нет",
    "responsible_user_id": "такого ответственного в amoCRM нет, или он отключён",
    "status_id": "такого этапа в amoCRM нет",
    "pipeline_id": "такой воронки в amoCRM нет",
    "entity_id": "карточки, к которой это относится, в amoCRM больше нет",
    "custom_fields_values": "amoCRM не приняла значение поля",
    "task_type_id": "такого типа задачи в amoCRM нет",
    "complete_till": "amoCRM не приняла срок задачи",
    "text": "amoCRM не приняла текст",
    "params": "amoCRM не приняла примечание",
    "name": "amoCRM не приняла название",
    "price": "amoCRM не приняла бюджет",
}
UNKNOWN = "amoCRM отказала"


def rejection_reason(troubles: Iterable[tuple[str, str]]) -> str:
    """Write the reason of pairs (path, detail)."""
    found = [f"{_about(path)} ({path}: {detail})" for path, detail in troubles]
    return ("; ".join(found) or UNKNOWN)[:REASON_MAX]


def of_problem(title: str | None, detail: str | None) -> str:
    """Write the reason of a refusal that names no field."""
    told = " ".join(filter(None, [title, detail]))
    return (f"{UNKNOWN}: {told}" if told else UNKNOWN)[:REASON_MAX]


def _about(path: str) -> str:
    return _ABOUT.get(path.partition(".")[0], UNKNOWN)
