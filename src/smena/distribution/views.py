"""What the pages of distribution show: results and templates in the reader's words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from smena.accounts.model import Account
from smena.crm.links import card_url
from smena.crm.model.entities import EntityKind, Group, Pipeline, PipelineId, User, UserId
from smena.distribution import words
from smena.distribution.core.members import members
from smena.distribution.model import (
    Outlook,
    Result,
    State,
    Template,
    TemplateDraft,
    TemplateRefusal,
    TemplateTrouble,
)
from smena.kernel import i18n
from smena.kernel.i18n import gettext as _
from smena.kernel.reasons import reason_text

_KINDS = {State.SENT: "wait", State.DONE: "good"}
_FIELD_OF = {
    TemplateTrouble.NO_NAME: "name",
    TemplateTrouble.NAME_TOO_LONG: "name",
    TemplateTrouble.NO_MEMBERS: "members",
    TemplateTrouble.UNKNOWN_MEMBER: "members",
    TemplateTrouble.UNKNOWN_PIPELINE: "pipeline",
    TemplateTrouble.PIPELINE_TAKEN: "pipeline",
}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One line of the results table."""

    id: int
    lead: int
    lead_name: str
    lead_address: str
    user: int | None
    user_name: str
    state: str
    state_text: str
    state_kind: str
    attempt: int
    template_name: str
    when: str
    when_full: str
    reason: str


def result_row(
    result: Result, account: Account, today: datetime, *, is_dry: bool = False
) -> ResultRow:
    """Describe a result; `is_dry`: nothing is being sent to amoCRM now."""
    zone = ZoneInfo(account.time_zone)
    local = result.decided_at.astimezone(zone)
    time = i18n.clock_seconds(result.decided_at, zone)
    is_today = local.date() == today.astimezone(zone).date()
    return ResultRow(
        id=result.id,
        lead=result.lead,
        lead_name=result.lead_name or _("Сделка {id}").format(id=result.lead),
        lead_address=card_url(account.base_url, EntityKind.LEAD, result.lead),
        user=result.user,
        user_name=result.user_name,
        state=result.state,
        state_text=words.state(result.state, is_dry=is_dry),
        state_kind=_KINDS.get(result.state, "bad"),
        attempt=result.attempt,
        template_name=result.template_name,
        when=time if is_today else f"{i18n.day(local.date())}, {time}",
        when_full=f"{i18n.weekday_day(local.date())}, {time}",
        reason=reason_text(result.reason),
    )


@dataclass(frozen=True, slots=True)
class TemplateRow:
    id: int
    name: str
    pipeline: str
    members: int
    is_enabled: bool


def template_rows(
    templates: Iterable[Template], pipelines: Iterable[Pipeline], users: Sequence[User]
) -> list[TemplateRow]:
    names = {pipeline.id: pipeline.name for pipeline in pipelines}
    return [
        TemplateRow(
            t.id,
            t.name,
            names.get(t.pipeline, _("воронки больше нет")),
            len(members(t, users)),
            t.is_enabled,
        )
        for t in templates
    ]


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """A group of the form with the people who can be chosen singly."""

    id: int
    name: str
    users: tuple[User, ...]


def choices(
    groups: Iterable[Group], users: Iterable[User], chosen: Iterable[UserId]
) -> list[GroupChoice]:
    """Return groups with their active people; those chosen before stay visible."""
    wanted = set(chosen)
    people = sorted(
        (user for user in users if user.is_active or user.id in wanted),
        key=lambda user: user.name.replace("ё", "е").replace("Ё", "Е"),
    )
    return [
        GroupChoice(g.id, g.name, tuple(user for user in people if user.group == g.id))
        for g in groups
    ]


def pipeline_options(pipelines: Iterable[Pipeline]) -> list[tuple[int, str]]:
    return [(pipeline.id, pipeline.name) for pipeline in pipelines if not pipeline.is_archive]


def draft_of(template: Template | None, pipelines: Sequence[Pipeline]) -> TemplateDraft:
    if template is None:
        main = next((p.id for p in pipelines if p.is_main), PipelineId(0))
        return TemplateDraft(_("Новые сделки"), main, (), (), is_enabled=True)
    return TemplateDraft(
        template.name, template.pipeline, template.users, template.groups, template.is_enabled
    )


@dataclass(slots=True)
class Errors:
    """Messages of the template form, by field."""

    name: str = ""
    pipeline: str = ""
    members: str = ""
    form: list[str] = field(default_factory=list)


def errors_of(refusal: TemplateRefusal | None) -> Errors:
    errors = Errors()
    for trouble in refusal.troubles if refusal else ():
        text = words.trouble(trouble, refusal.pipeline_owner if refusal else "")
        name = _FIELD_OF.get(trouble)
        if name is None:
            errors.form.append(text)
        else:
            setattr(errors, name, text)
    return errors


@dataclass(frozen=True, slots=True)
class OutlookLine:
    name: str
    balance: str
    state: str
    kind: str


@dataclass(frozen=True, slots=True)
class OutlookView:
    next: tuple[str, ...]
    lines: tuple[OutlookLine, ...]


def outlook_view(outlook: Outlook, users: Mapping[UserId, User]) -> OutlookView:
    lines = []
    for standing in outlook.standings:
        state, kind = _("участвует"), "good"
        if not standing.is_active:
            state, kind = _("отключён в amoCRM"), "quiet"
        elif standing.is_refused:
            state, kind = _("amoCRM отказала: сохраните шаблон, чтобы вернуть"), "bad"
        lines.append(
            OutlookLine(
                words.name_of(standing.user, users),
                i18n.signed(standing.credit_leads),
                state,
                kind,
            )
        )
    following = tuple(words.name_of(user, users) for user in outlook.next_receivers)
    return OutlookView(following, tuple(lines))


def people_options(users: Iterable[User]) -> list[tuple[str, str]]:
    ordered = sorted(users, key=lambda user: user.name.replace("ё", "е"))
    return [("", _("Любой")), *((str(user.id), user.name) for user in ordered)]


def state_options() -> list[tuple[str, str]]:
    return [("", _("Любой")), ("green", _("Распределены")), ("yellow", _("Не распределены"))]
