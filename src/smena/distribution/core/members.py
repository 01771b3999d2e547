"""Who belongs to a template now, and whether a draft of a template can be saved."""

from collections.abc import Iterable, Mapping, Sequence

from smena.crm.facts.model import UserRef
from smena.crm.model.entities import Group, Pipeline, PipelineId, User, UserId
from smena.distribution.model import (
    Template,
    TemplateDraft,
    TemplateId,
    TemplateRefusal,
    TemplateTrouble,
)

NAME_LENGTH_MAX = 100


def members(template: Template, users: Iterable[User | UserRef]) -> list[UserId]:
    """Return the members in a steady order: named people first, then the groups' by user id.

    Groups are resolved from the CRM at each decision (DIS-2). A person who is named and also
    belongs to a group counts once.
    """
    of_groups = sorted(user.id for user in users if user.group in template.groups)
    return list(dict.fromkeys([*template.users, *of_groups]))


def check(
    draft: TemplateDraft,
    users: Mapping[UserId, User],
    groups: Iterable[Group],
    pipelines: Iterable[Pipeline],
) -> list[TemplateTrouble]:
    """Return all that is wrong with the draft itself; an empty list means that it can be saved."""
    troubles: list[TemplateTrouble] = []
    if not draft.name.strip():
        troubles.append(TemplateTrouble.NO_NAME)
    if len(draft.name) > NAME_LENGTH_MAX:
        troubles.append(TemplateTrouble.NAME_TOO_LONG)
    if not draft.users and not draft.groups:
        troubles.append(TemplateTrouble.NO_MEMBERS)
    known_groups = {group.id for group in groups}
    if any(u not in users for u in draft.users) or any(g not in known_groups for g in draft.groups):
        troubles.append(TemplateTrouble.UNKNOWN_MEMBER)
    if draft.pipeline not in {pipeline.id for pipeline in pipelines}:
        troubles.append(TemplateTrouble.UNKNOWN_PIPELINE)
    return troubles


def owner_of(pipeline: PipelineId, templates: Sequence[Template]) -> Template | None:
    """Return the enabled template that shares out this pipeline's new leads, if any."""
    return next((t for t in templates if t.is_enabled and t.pipeline == pipeline), None)


def taken_by_another(
    draft: TemplateDraft, own: TemplateId | None, templates: Sequence[Template]
) -> TemplateRefusal | None:
    """Refuse a second enabled template for a pipeline: a lead would be given twice."""
    if not draft.is_enabled:
        return None
    others = [template for template in templates if template.id != own]
    owner = owner_of(draft.pipeline, others)
    return TemplateRefusal((TemplateTrouble.PIPELINE_TAKEN,), owner.name) if owner else None
