"""What a row looks like once the CRM has confirmed our change."""

from dataclasses import replace

import pytest

from smena.crm.mirror.core import confirm
from smena.crm.model.entities import Company, CompanyId, Lead, StatusId, UserId
from smena.crm.outbox.model import ChangeCompany, ChangeContact, ChangeLead, ChangeTask, Stage
from tests.crm.cast import BORIS, CONTACT, LEAD, SALES, TALKS, TASK, WON, after

CLOSED = replace(LEAD, status=WON, closed_at=after(20))


@pytest.mark.parametrize(
    ("row", "change", "expected"),
    [
        pytest.param(
            LEAD, ChangeLead(lead=LEAD.id, responsible=BORIS), replace(LEAD, responsible=BORIS),
            id="the responsible",
        ),
        pytest.param(
            LEAD, ChangeLead(lead=LEAD.id, price=0, name="Поставка 2"),
            replace(LEAD, price=0, name="Поставка 2"), id="nothing is a price too",
        ),
        pytest.param(
            LEAD, ChangeLead(lead=LEAD.id, stage=Stage(SALES, WON)),
            replace(LEAD, status=WON, closed_at=after(50)), id="won",
        ),
        pytest.param(
            CLOSED, ChangeLead(lead=LEAD.id, stage=Stage(SALES, StatusId(143))),
            replace(CLOSED, status=StatusId(143)), id="closed stays closed since then",
        ),
        pytest.param(
            CLOSED, ChangeLead(lead=LEAD.id, stage=Stage(SALES, TALKS)),
            replace(CLOSED, status=TALKS, closed_at=None), id="opened again",
        ),
        pytest.param(
            LEAD, ChangeLead(lead=LEAD.id, add_tags=("vip",)), LEAD, id="tags come with a reading"
        ),
    ],
)  # fmt: skip
def test_lead(row: Lead, change: ChangeLead, expected: Lead) -> None:
    assert confirm.lead(row, change, after(50)) == replace(expected, updated_at=after(50))


def test_contact_company_and_task() -> None:
    changed = confirm.contact(
        CONTACT, ChangeContact(contact=CONTACT.id, responsible=BORIS), after(50)
    )
    assert changed == replace(CONTACT, responsible=BORIS, updated_at=after(50))
    acme = Company(CompanyId(6), "Акме", UserId(1), after(1), after(1))
    renamed = confirm.company(acme, ChangeCompany(company=acme.id, name="Ромашка"), after(50))
    assert renamed == replace(acme, name="Ромашка", updated_at=after(50))
    done = confirm.task(TASK, ChangeTask(task=TASK.id, is_completed=True, result="Да"), after(50))
    assert done == replace(TASK, is_completed=True, result="Да", updated_at=after(50))
