"""Decisions on a real database: once, with reasons, together with the command and the ledger."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from smena.crm.mirror import confirmation
from smena.crm.mirror.queries import cards
from smena.crm.model.entities import Changes, EntityKind, LeadId, Removed, Source, UserId
from smena.crm.outbox import actions as outbox_actions
from smena.crm.outbox.model import ChangeLead, CommandFilter, Delivered
from smena.distribution import actions, queries
from smena.distribution.core.ledger import LEAD
from smena.distribution.model import (
    Result,
    ResultFilter,
    RuleStep,
    State,
    TemplateDraft,
    TemplateRefusal,
    TemplateTrouble,
)
from smena.kernel.db import Database
from smena.kernel.metrics import REGISTRY
from tests.distribution.cast import (
    ACME,
    ANNA,
    BORIS,
    BOSS,
    MONDAY_10_00,
    OFFICE,
    OTHER,
    SALES,
    SUPPORT,
    VERA,
    absorb,
    decide_all,
    leads_come,
    make_template,
    new_lead,
    open_account,
    people,
)

pytestmark = pytest.mark.anyio
LATER = MONDAY_10_00 + timedelta(minutes=5)


async def all_results(db: Database) -> Sequence[Result]:
    async with db.tenant(ACME) as tx:
        found = await queries.results(tx, ResultFilter(limit=1000))
    return list(reversed(found))


async def receivers(db: Database) -> list[UserId | None]:
    return [result.user for result in await all_results(db)]


async def test_leads_go_round_and_the_command_goes_with_the_decision(db: Database) -> None:
    await open_account(db)
    await make_template(db, ANNA, BORIS)
    await leads_come(db, new_lead(1), new_lead(2), new_lead(3))
    await decide_all(db)
    assert await receivers(db) == [ANNA, BORIS, ANNA]
    async with db.tenant(ACME) as tx:
        found = await outbox_actions.claim(tx, 10, LATER)
    assert [item.change for item in found] == [
        ChangeLead(lead=LeadId(number), responsible=user)
        for number, user in ((1, ANNA), (2, BORIS), (3, ANNA))
    ]


async def test_the_steps_are_stored_as_they_were_decided(db: Database) -> None:
    await open_account(db)
    await make_template(db, ANNA, BORIS, VERA)
    await absorb(db, people(BORIS))
    await leads_come(db, new_lead(1))
    await decide_all(db)
    (shown,) = await all_results(db)
    async with db.tenant(ACME) as tx:
        result = await queries.result(tx, shown.id)
    assert result is not None
    assert [step.rule for step in result.steps] == [
        RuleStep.MEMBERS, RuleStep.ACTIVE, RuleStep.ACCEPTED, RuleStep.NOT_TRIED, RuleStep.QUEUE,
    ]  # fmt: skip
    assert result.steps[1].dropped == (BORIS,)
    assert [(entry.user, entry.after) for entry in result.entries] == [
        (ANNA, LEAD // 2 - LEAD), (VERA, LEAD // 2),
    ]  # fmt: skip


async def test_the_same_news_twice_gives_one_result(db: Database) -> None:
    await open_account(db)
    await make_template(db, ANNA, BORIS)
    for _ in range(3):
        await leads_come(db, new_lead(1))
        await decide_all(db)
    assert await receivers(db) == [ANNA]


async def test_other_pipelines_and_leads_before_the_template_are_left_alone(db: Database) -> None:
    await open_account(db)
    await make_template(db, ANNA)
    await leads_come(db, new_lead(1, SUPPORT), new_lead(2, after_seconds=-60))
    await decide_all(db)
    assert await receivers(db) == []


async def test_a_group_follows_the_crm(db: Database) -> None:
    await open_account(db)
    await make_template(db, groups=(OFFICE,))
    await leads_come(db, *(new_lead(number) for number in range(1, 4)))
    await decide_all(db)
    await absorb(db, people(VERA))
    await leads_come(db, *(new_lead(number) for number in range(4, 8)))
    await decide_all(db)
    assert await receivers(db) == [ANNA, BORIS, VERA, ANNA, BORIS, ANNA, BORIS]


async def test_nobody_to_give_to_is_a_result_too(db: Database) -> None:
    await open_account(db)
    await make_template(db, ANNA)
    await absorb(db, people(ANNA))
    await leads_come(db, new_lead(1))
    await decide_all(db)
    (result,) = await all_results(db)
    assert (result.state, result.user) == (State.NOBODY, None)


async def test_a_delivered_command_closes_the_result(db: Database) -> None:
    await open_account(db)
    await make_template(db, ANNA)
    await leads_come(db, new_lead(1))
    await decide_all(db)
    async with db.tenant(ACME) as tx:
        (item,) = await outbox_actions.claim(tx, 10, LATER)
    async with db.tenant(ACME) as tx:
        await confirmation.delivered(tx, [Delivered(item, LATER)], LATER)
    await decide_all(db)
    (result,) = await all_results(db)
    assert (result.state, result.user) == (State.DONE, ANNA)
    async with db.tenant(ACME) as tx:
        lead = await cards.lead(tx, LeadId(1))
    assert lead is not None
    assert lead.responsible == ANNA


async def test_a_refused_person_gives_the_turn_back_and_the_next_one_receives(db: Database) -> None:
    await open_account(db)
    template = await make_template(db, ANNA, BORIS)
    await leads_come(db, new_lead(1))
    await decide_all(db)
    async with db.tenant(ACME) as tx:
        (item,) = await outbox_actions.claim(tx, 10, LATER)
        await outbox_actions.refused(tx, {item.key: "NotSupportedChoice"}, LATER)
    await decide_all(db)
    first, second = await all_results(db)
    assert (first.state, first.user, first.attempt) == (State.REFUSED, ANNA, 1)
    assert (second.state, second.user, second.attempt) == (State.SENT, BORIS, 2)
    async with db.tenant(ACME) as tx:
        outlook = await queries.outlook(tx, template)
    assert sum(round(standing.credit_leads * LEAD) for standing in outlook.standings) == 0
    assert [s.user for s in outlook.standings if s.is_refused] == [ANNA]


async def test_a_command_taken_back_in_the_queue_returns_the_turn(db: Database) -> None:
    await open_account(db)
    template = await make_template(db, ANNA, BORIS)
    await leads_come(db, new_lead(1))
    await decide_all(db)
    async with db.tenant(ACME) as tx:
        assert await outbox_actions.cancel_all(tx, CommandFilter(), LATER) == 1
    await decide_all(db)
    (only,) = await all_results(db)
    assert (only.state, only.user) == (State.CANCELLED, ANNA)
    async with db.tenant(ACME) as tx:
        outlook = await queries.outlook(tx, template)
    assert [round(standing.credit_leads * LEAD) for standing in outlook.standings] == [0, 0]
    await leads_come(db, new_lead(2))
    await decide_all(db)
    assert await receivers(db) == [ANNA, ANNA]


async def test_a_lead_deleted_meanwhile_is_not_offered_round(db: Database) -> None:
    await open_account(db)
    await make_template(db, ANNA, BORIS)
    await leads_come(db, new_lead(1))
    await decide_all(db)
    await absorb(db, Changes(Source.API, removed=(Removed(EntityKind.LEAD, 1, LATER),)))
    async with db.tenant(ACME) as tx:
        (item,) = await outbox_actions.claim(tx, 10, LATER)
        await outbox_actions.refused(tx, {item.key: "EntityNotFound"}, LATER)
    await decide_all(db)
    assert [result.state for result in await all_results(db)] == [State.REFUSED]


@pytest.mark.parametrize("workers", [2, 4])
async def test_workers_in_parallel_decide_like_one(db: Database, workers: int) -> None:
    """Property 12 (distribution.md section 2): no gap, no double, the same counts."""
    await open_account(db)
    await make_template(db, ANNA, BORIS, VERA)
    for first in range(1, 31, 3):
        await leads_come(db, *(new_lead(number) for number in range(first, first + 3)))
    await asyncio.gather(*(decide_all(db) for _ in range(workers)))
    results = await all_results(db)
    assert sorted(result.lead for result in results) == list(range(1, 31))
    assert [result.user for result in results] == [ANNA, BORIS, VERA] * 10


async def test_accounts_do_not_see_each_other(db: Database) -> None:
    await open_account(db)
    await open_account(db, OTHER)
    await make_template(db, ANNA)
    await make_template(db, BORIS, account=OTHER)
    await leads_come(db, new_lead(1), account=OTHER)
    await decide_all(db)
    await decide_all(db, OTHER)
    assert await receivers(db) == []


@pytest.mark.parametrize(
    ("draft", "trouble"),
    [
        pytest.param(
            TemplateDraft(" ", SALES, (ANNA,), (), True), TemplateTrouble.NO_NAME, id="no name"
        ),
        pytest.param(
            TemplateDraft("x" * 101, SALES, (ANNA,), (), True),
            TemplateTrouble.NAME_TOO_LONG,
            id="long",
        ),
        pytest.param(
            TemplateDraft("x", SALES, (), (), True), TemplateTrouble.NO_MEMBERS, id="nobody"
        ),
        pytest.param(
            TemplateDraft("x", SALES, (UserId(99),), (), True),
            TemplateTrouble.UNKNOWN_MEMBER,
            id="stranger",
        ),
        pytest.param(
            TemplateDraft("x", SALES, (ANNA,), (), True), TemplateTrouble.PIPELINE_TAKEN, id="taken"
        ),
    ],
)
async def test_a_bad_draft_is_refused(
    db: Database, draft: TemplateDraft, trouble: TemplateTrouble
) -> None:
    await open_account(db)
    await make_template(db, BOSS)
    saved = await actions.save_template(db, ACME, draft, None, MONDAY_10_00)
    assert isinstance(saved, TemplateRefusal)
    assert trouble in saved.troubles


async def test_two_people_editing_one_template(db: Database) -> None:
    await open_account(db)
    template = await make_template(db, ANNA)
    draft = TemplateDraft("Новое имя", SALES, (ANNA, BORIS), (), True)
    assert await actions.save_template(db, ACME, draft, (template, 1), LATER) == template
    second = await actions.save_template(db, ACME, draft, (template, 1), LATER)
    assert isinstance(second, TemplateRefusal)
    assert second.troubles == (TemplateTrouble.CHANGED_MEANWHILE,)


async def test_decisions_are_counted_by_outcome(db: Database) -> None:
    def counted(outcome: str) -> float:
        name = "smena_distribution_decisions_total"
        return REGISTRY.get_sample_value(name, {"outcome": outcome}) or 0.0

    before = counted("assigned"), counted("nobody")
    await open_account(db)
    await make_template(db, ANNA)
    await leads_come(db, new_lead(1), new_lead(2))
    await decide_all(db)
    await absorb(db, people(ANNA))
    await leads_come(db, new_lead(3))
    await decide_all(db)
    assert (counted("assigned"), counted("nobody")) == (before[0] + 2, before[1] + 1)
