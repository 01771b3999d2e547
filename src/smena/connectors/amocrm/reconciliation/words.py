"""What the reconciliation page says of kinds, results and reports."""

from smena.connectors.amocrm.reconciliation.core.plan import (
    EVENTS,
    NOTES,
    PEOPLE,
    SHORT,
    TALKS,
    UNSORTED,
)
from smena.connectors.amocrm.reconciliation.model import AskedBy, ReconciliationOutcome
from smena.connectors.amocrm.translation import kinds
from smena.connectors.amocrm.translation.kinds import PATHS
from smena.crm.model.entities import Coverage, EntityKind
from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import ngettext, number

KINDS = (
    (PEOPLE,),
    SHORT,
    (EVENTS,),
    tuple(notes.path for notes in kinds.NOTES),
    *((one.path,) for one in kinds.KINDS),
    (UNSORTED,),
    (TALKS,),
)
"""Lists that are one thing for the reader, in the order of the page."""

COVERAGE = {
    PEOPLE: Coverage.PEOPLE,
    EVENTS: Coverage.EVENTS,
    kinds.NOTES[0].path: Coverage.CALLS,
    **{one.path: one.coverage for one in kinds.KINDS},
    SHORT[0]: Coverage.REFERENCE_DATA,
    UNSORTED: Coverage.UNSORTED,
    TALKS: Coverage.EVENTS,
}
"""What is read up to a moment; talks are told of by events."""


def kind_text(path: str) -> str:
    """Name what a list holds; a list without a word of its own keeps its address."""
    return {
        PEOPLE: _("Сотрудники, отделы и воронки"),
        EVENTS: _("События"),
        **dict.fromkeys(SHORT, _("Поля, теги и другие справочники")),
        **dict.fromkeys(NOTES, _("Примечания и звонки")),
        UNSORTED: _("Неразобранное"),
        TALKS: _("Беседы в чатах"),
        PATHS[EntityKind.LEAD]: _("Сделки"),
        PATHS[EntityKind.CONTACT]: _("Контакты"),
        PATHS[EntityKind.COMPANY]: _("Компании"),
        PATHS[EntityKind.TASK]: _("Задачи"),
    }.get(path, path)


def found_text(missing: int, stale: int, surplus: int) -> str:
    """Say what a reconciliation found."""
    parts = [
        ngettext("не хватало {n}", "не хватало {n}|не хватало {n}", missing).format(
            n=number(missing)
        )
        if missing
        else "",
        ngettext("устарела {n}", "устарели {n}|устарело {n}", stale).format(n=number(stale))
        if stale
        else "",
        ngettext("лишняя {n}", "лишние {n}|лишних {n}", surplus).format(n=number(surplus))
        if surplus
        else "",
    ]
    return ", ".join(text for text in parts if text) or _("совпадает")


def asked_text(asked_by: AskedBy) -> str:
    return {AskedBy.NIGHT: _("ночная"), AskedBy.PERSON: _("вручную")}[asked_by]


def outcome_text(outcome: ReconciliationOutcome, found: int, healed: int) -> tuple[str, str]:
    """Say how a reconciliation ended, with a state of the kit."""
    if outcome is ReconciliationOutcome.CUT:
        return _("прервана"), "wait"
    if outcome is ReconciliationOutcome.UNHEALED:
        left = number(found - healed)
        return _("исправлено {healed}, осталось {left}").format(
            healed=number(healed), left=left
        ), "bad"
    if found:
        return _("исправлено {healed}").format(healed=number(healed)), "good"
    return _("всё совпадает"), "good"
