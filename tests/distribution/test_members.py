"""Who belongs to a template, and which drafts can be saved."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from smena.crm.facts.model import UserRef
from smena.crm.model.entities import Group, GroupId, Pipeline, User, UserId
from smena.distribution.core.members import (
    NAME_LENGTH_MAX,
    check,
    members,
    owner_of,
    taken_by_another,
)
from smena.distribution.model import (
    Template,
    TemplateDraft,
    TemplateId,
    TemplateRefusal,
    TemplateTrouble,
)
from tests.distribution.cast import ANNA, BORIS, BOSS, OFFICE, SALES, SUPPORT, VERA

FIELD = GroupId(502)
TEAM = [
    UserRef(VERA, OFFICE, True),
    UserRef(BOSS, FIELD, True),
    UserRef(BORIS, OFFICE, False),
    UserRef(ANNA, OFFICE, True),
]


@pytest.mark.parametrize(
    ("named", "groups", "expected"),
    [
        pytest.param((), (), [], id="nobody"),
        pytest.param((VERA, ANNA), (), [VERA, ANNA], id="named people keep their order"),
        pytest.param((), (OFFICE,), [ANNA, BORIS, VERA], id="a group by number, whoever is away"),
        pytest.param((VERA,), (OFFICE,), [VERA, ANNA, BORIS], id="named and of a group: once"),
        pytest.param((VERA,), (FIELD,), [VERA, BOSS], id="both"),
        pytest.param((), (FIELD, OFFICE), [BOSS, ANNA, BORIS, VERA], id="groups make one row"),
        pytest.param((UserId(99),), (), [UserId(99)], id="who is unknown is named all the same"),
        pytest.param((), (GroupId(999),), [], id="a group that has gone"),
    ],
)
def test_members(
    named: tuple[UserId, ...], groups: tuple[GroupId, ...], expected: Sequence[UserId]
) -> None:
    template = Template(TemplateId(1), "Очередь", SALES, named, groups)
    assert members(template, TEAM) == expected
    assert members(template, reversed(TEAM)) == expected


USERS = {ANNA: User(ANNA, "Анна", "", OFFICE, is_active=True, is_admin=False)}
GROUPS = [Group(OFFICE, "Офис")]
PIPELINES = [Pipeline(SALES, "Продажи", 1, is_main=True, is_archive=False)]
GOOD = TemplateDraft("Очередь", SALES, (ANNA,), (OFFICE,), is_enabled=True)


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        pytest.param(GOOD, [], id="good"),
        pytest.param(replace(GOOD, users=()), [], id="a group alone"),
        pytest.param(replace(GOOD, groups=()), [], id="a person alone"),
        pytest.param(replace(GOOD, name="я" * NAME_LENGTH_MAX), [], id="the longest name"),
        pytest.param(replace(GOOD, name="  "), [TemplateTrouble.NO_NAME], id="no name"),
        pytest.param(
            replace(GOOD, name="я" * (NAME_LENGTH_MAX + 1)),
            [TemplateTrouble.NAME_TOO_LONG],
            id="too long",
        ),
        pytest.param(
            replace(GOOD, users=(), groups=()), [TemplateTrouble.NO_MEMBERS], id="no members"
        ),
        pytest.param(
            replace(GOOD, users=(ANNA, BORIS)), [TemplateTrouble.UNKNOWN_MEMBER], id="a stranger"
        ),
        pytest.param(
            replace(GOOD, groups=(OFFICE, FIELD)),
            [TemplateTrouble.UNKNOWN_MEMBER],
            id="a strange group",
        ),
        pytest.param(
            replace(GOOD, pipeline=SUPPORT), [TemplateTrouble.UNKNOWN_PIPELINE], id="pipeline"
        ),
        pytest.param(
            TemplateDraft("", SUPPORT, (), (), is_enabled=False),
            [
                TemplateTrouble.NO_NAME,
                TemplateTrouble.NO_MEMBERS,
                TemplateTrouble.UNKNOWN_PIPELINE,
            ],
            id="all at once",
        ),
    ],
)
def test_check(draft: TemplateDraft, expected: list[TemplateTrouble]) -> None:
    assert check(draft, USERS, GROUPS, PIPELINES) == expected


OURS = Template(TemplateId(1), "Наша", SALES)
OFF = Template(TemplateId(2), "Выключенная", SUPPORT, is_enabled=False)


@pytest.mark.parametrize(
    ("pipeline", "owner"), [(SALES, OURS), (SUPPORT, None)], ids=["enabled", "switched off"]
)
def test_owner(pipeline: int, owner: Template | None) -> None:
    assert owner_of(pipeline, [OFF, OURS]) == owner  # type: ignore[arg-type]  # a PipelineId


@pytest.mark.parametrize(
    ("draft", "own", "is_taken"),
    [
        pytest.param(GOOD, None, True, id="a new one"),
        pytest.param(GOOD, TemplateId(3), True, id="another one"),
        pytest.param(GOOD, TemplateId(1), False, id="the same one, changed"),
        pytest.param(replace(GOOD, is_enabled=False), None, False, id="switched off"),
        pytest.param(replace(GOOD, pipeline=SUPPORT), None, False, id="the other is switched off"),
    ],
)
def test_taken(draft: TemplateDraft, own: TemplateId | None, *, is_taken: bool) -> None:
    expected = TemplateRefusal((TemplateTrouble.PIPELINE_TAKEN,), "Наша") if is_taken else None
    assert taken_by_another(draft, own, [OURS, OFF]) == expected
