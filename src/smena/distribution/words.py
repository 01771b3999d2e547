"""How a decision reads on screen: the steps of the log in sentences (DIS-9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smena.crm.model.entities import User, UserId
from smena.distribution.core.ledger import LEAD
from smena.distribution.model import Result, RuleStep, State, Step, TemplateTrouble
from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import ngettext, signed


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step as the reader sees it: what was asked, who stayed, who did not."""

    title: str
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One candidate's balance before and after, in leads, and whether they received the lead."""

    name: str
    before: str
    after: str
    is_receiver: bool


def distribution() -> str:
    """Name this feature as background work and as the cause of a command."""
    return _("распределение")


def state(value: State, *, is_dry: bool = False) -> str:
    """Name a state; while the account only watches, what is decided does not leave."""
    if is_dry and value is State.SENT:
        return _("была бы передана: режим «только смотреть»")
    return {
        State.SENT: _("передаётся в amoCRM"),
        State.DONE: _("распределена"),
        State.REFUSED: _("amoCRM не приняла"),
        State.SUPERSEDED: _("заменена следующим решением"),
        State.CANCELLED: _("отменена в очереди"),
        State.NOBODY: _("некому передать"),
    }[value]


def lines(result: Result, users: Mapping[UserId, User]) -> list[StepLine]:
    return [_line(step, users) for step in result.steps]


def balances(result: Result, users: Mapping[UserId, User]) -> list[BalanceLine]:
    ordered = sorted(result.entries, key=lambda entry: (-entry.before, entry.last_seq_before))
    return [
        BalanceLine(
            name_of(entry.user, users),
            leads(entry.before),
            leads(entry.after),
            entry.user == result.user,
        )
        for entry in ordered
    ]


def why(result: Result, users: Mapping[UserId, User]) -> str:
    """Say in one sentence why this person received the lead."""
    mine = next((entry for entry in result.entries if entry.user == result.user), None)
    if mine is None:
        return _("Никто из участников шаблона не мог принять сделку.")
    equals = [entry for entry in result.entries if entry.before == mine.before]
    name, credit = name_of(mine.user, users), leads(mine.before)
    if len(result.entries) == 1:
        return _("{name}: единственный, кто может принять сделку.").format(name=name)
    if len(equals) == 1:
        return _("Очередь должна больше всех: {name} ({credit}).").format(name=name, credit=credit)
    is_by_list = sum(entry.last_seq_before == mine.last_seq_before for entry in equals) > 1
    if len(equals) == len(result.entries):
        return (
            _("Все получили поровну; {name} раньше других в списке шаблона.")
            if is_by_list
            else _("Все получили поровну; {name} дольше всех не получает сделку.")
        ).format(name=name)
    return (
        _("Больше всех очередь должна сразу нескольким ({n}, по {credit}); {name} раньше в списке.")
        if is_by_list
        else _(
            "Больше всех очередь должна сразу нескольким ({n}, по {credit});"
            " {name} дольше всех не получает сделку."
        )
    ).format(n=len(equals), credit=credit, name=name)


def leads(credit: int) -> str:
    """Return a balance in leads with its sign: +0,33."""
    return signed(credit / LEAD)


def name_of(user: UserId, users: Mapping[UserId, User]) -> str:
    known = users.get(user)
    return known.name if known else _("сотрудник {id}").format(id=user)


def bad_filter(name: str) -> str:
    return {
        "date": _("Дата не читается: нужна в виде 2026-11-20."),
        "state": _("Такого статуса нет."),
    }.get(name, _("Номер должен состоять из цифр: отбор по нему не сделан."))


def trouble(value: TemplateTrouble, pipeline_owner: str) -> str:
    return {
        TemplateTrouble.NO_NAME: _("Назовите шаблон."),
        TemplateTrouble.NAME_TOO_LONG: _("Название длиннее 100 знаков: сократите его."),
        TemplateTrouble.NO_MEMBERS: _("Выберите хотя бы одну группу или одного сотрудника."),
        TemplateTrouble.UNKNOWN_MEMBER: _(
            "Кого-то из выбранных больше нет в amoCRM: обновите страницу и выберите снова."
        ),
        TemplateTrouble.UNKNOWN_PIPELINE: _("Такой воронки в amoCRM нет: выберите другую."),
        TemplateTrouble.PIPELINE_TAKEN: _(
            "Новые сделки этой воронки уже распределяет шаблон «{name}»: выключите его или "
            "выберите другую воронку."
        ).format(name=pipeline_owner),
        TemplateTrouble.CHANGED_MEANWHILE: _(
            "Шаблон изменили, пока вы его правили: обновите страницу, чтобы увидеть новое."
        ),
    }[value]


def _line(step: Step, users: Mapping[UserId, User]) -> StepLine:
    return StepLine(
        title=_title(step),
        kept=_names(step.kept, users),
        dropped=_names(step.dropped, users),
        reason=_dropped_because(step.rule),
    )


def _title(step: Step) -> str:
    count = len(step.kept)
    people = ngettext("{n} сотрудник", "{n} сотрудника|{n} сотрудников", count).format(n=count)
    return {
        RuleStep.MEMBERS: _("Участники шаблона: {people}").format(people=people),
        RuleStep.ACTIVE: _("Работают в amoCRM: {people}").format(people=people),
        RuleStep.ACCEPTED: _("amoCRM принимает их ответственными: {people}").format(people=people),
        RuleStep.NOT_TRIED: _("Эту сделку ещё не получали: {people}").format(people=people),
        RuleStep.QUEUE: _("По очереди"),
        RuleStep.NOBODY: _("Передать некому"),
    }[step.rule]


def _dropped_because(rule: RuleStep) -> str:
    return {
        RuleStep.ACTIVE: _("отключены в amoCRM"),
        RuleStep.ACCEPTED: _("amoCRM отказала; сохраните шаблон, чтобы вернуть их в очередь"),
        RuleStep.NOT_TRIED: _("уже получали эту сделку"),
    }.get(rule, "")


def _names(users: Sequence[UserId], known: Mapping[UserId, User]) -> tuple[str, ...]:
    return tuple(name_of(user, known) for user in users)
