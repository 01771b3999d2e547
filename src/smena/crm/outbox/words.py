"""How commands read on screen: what they are about, what they ask for, where they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from smena.crm.model.entities import EntityKind, PipelineId, StatusId, User, UserId
from smena.crm.outbox.model import (
    AddNote,
    Change,
    ChangeCompany,
    ChangeContact,
    ChangeLead,
    ChangeTask,
    CommandState,
    CreateTask,
    Priority,
)
from smena.kernel.i18n import clock, day, number
from smena.kernel.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Names:
    """Who and what numbers stand for; a stage is named with its pipeline."""

    people: Mapping[UserId, User]
    stages: Mapping[tuple[PipelineId, StatusId], str]


TEXT_MAX = 80


def about(change: Change) -> str:
    """Name the card or task that a command is about."""
    match change:
        case ChangeLead():
            return _("Сделка {id}").format(id=change.lead)
        case ChangeContact():
            return _("Контакт {id}").format(id=change.contact)
        case ChangeCompany():
            return _("Компания {id}").format(id=change.company)
        case ChangeTask():
            return _("Задача {id}").format(id=change.task)
        case CreateTask():
            return _of_card(change.card_kind, change.card_id)
        case AddNote():
            return _of_card(change.card_kind, change.card_id)


def asks_for(change: Change, names: Names, zone: tzinfo) -> tuple[str, ...]:
    """Say what is to become of it, a phrase for each part."""
    if isinstance(change, AddNote):
        return (_("примечание: {text}").format(text=_short(change.text)),)
    if isinstance(change, CreateTask):
        return (
            _("новая задача: {text}").format(text=_short(change.text)),
            *_responsible(change.responsible, names),
            _("срок: {when}").format(
                when=f"{day(change.due_at.astimezone(zone).date())}, {clock(change.due_at, zone)}"
            ),
        )
    if isinstance(change, ChangeTask):
        return (*_responsible(change.responsible, names), *_task_parts(change, zone))
    return (*_responsible(change.responsible, names), *_card_parts(change, names))


def priority(value: Priority) -> str:
    return {
        Priority.FRESH: _("новые сделки"),
        Priority.AGAIN: _("повторное распределение"),
        Priority.BULK: _("массовые изменения"),
    }[value]


def state(value: CommandState, *, is_dry: bool = False) -> str:
    if is_dry and value is CommandState.PLANNED:
        return _("была бы отправлена")
    return {
        CommandState.PLANNED: _("ждёт отправки"),
        CommandState.SENDING: _("отправляется"),
        CommandState.DELIVERED: _("принята amoCRM"),
        CommandState.REFUSED: _("amoCRM отказала"),
        CommandState.SUPERSEDED: _("заменена более поздней"),
        CommandState.CANCELLED: _("отменена"),
    }[value]


def state_options() -> list[tuple[str, str]]:
    return [
        ("", _("Любое")),
        ("waiting", _("Ждут отправки")),
        ("troubled", _("С ошибками")),
        ("delivered", _("Приняты amoCRM")),
        ("refused", _("amoCRM отказала")),
        ("cancelled", _("Отменены")),
        ("superseded", _("Заменены")),
    ]


def kind_options() -> list[tuple[str, str]]:
    return [
        ("", _("Всё")),
        ("lead", _("Сделки")),
        ("task", _("Задачи")),
        ("contact", _("Контакты")),
        ("company", _("Компании")),
        ("new", _("Новые задачи и примечания")),
    ]


def _of_card(kind_: EntityKind | None, number_: int) -> str:
    named = {
        EntityKind.LEAD: _("Сделка {id}"),
        EntityKind.CONTACT: _("Контакт {id}"),
        EntityKind.COMPANY: _("Компания {id}"),
        EntityKind.CUSTOMER: _("Покупатель {id}"),
    }
    return named[kind_].format(id=number_) if kind_ in named else _("Без карточки")


def _responsible(user: UserId | None, names: Names) -> tuple[str, ...]:
    if user is None:
        return ()
    known = names.people.get(user)
    return (_("ответственный: {name}").format(name=known.name if known else user),)


def _task_parts(change: ChangeTask, zone: tzinfo) -> tuple[str, ...]:
    found = []
    if change.text is not None:
        found.append(_("текст: {text}").format(text=_short(change.text)))
    if change.type_id is not None:
        found.append(_("тип задачи: {id}").format(id=change.type_id))
    if change.due_at is not None:
        local = change.due_at.astimezone(zone)
        found.append(
            _("срок: {when}").format(when=f"{day(local.date())}, {clock(change.due_at, zone)}")
        )
    if change.is_completed is not None:
        found.append(_("завершить") if change.is_completed else _("вернуть в работу"))
    if change.result is not None:
        found.append(_("результат: {text}").format(text=_short(change.result)))
    return tuple(found)


def _card_parts(
    change: ChangeLead | ChangeContact | ChangeCompany, names: Names
) -> tuple[str, ...]:
    found = []
    if isinstance(change, ChangeLead) and change.stage is not None:
        stage = change.stage
        known = names.stages.get((stage.pipeline, stage.status), str(stage.status))
        found.append(_("этап: {name}").format(name=known))
    if isinstance(change, ChangeLead) and change.price is not None:
        found.append(_("бюджет: {sum}").format(sum=number(change.price)))
    if change.name is not None:
        found.append(_("название: {text}").format(text=_short(change.name)))
    found += [_("поле {id}").format(id=one.field) for one in change.fields]
    found += [_("добавить тег {tag}").format(tag=_short(tag)) for tag in change.add_tags]
    found += [_("убрать тег {tag}").format(tag=_short(tag)) for tag in change.drop_tags]
    return tuple(found)


def _short(text: str) -> str:
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}…"
