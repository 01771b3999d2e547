"""Short lists of the API: entries, rights, what a card names in vain."""

from typing import Any

import msgspec
import pytest

from smena.connectors.amocrm.api.core.payload import RightsJson, Rows, read_one, read_page
from smena.connectors.amocrm.api.core.reference_payload import TaskTypesOfAccountJson
from smena.connectors.amocrm.translation import people, reference_data
from smena.crm.model.details import ChoiceId, Right, Rights
from smena.crm.model.entities import EntityKind
from smena.crm.model.reference_data import FieldChoice, ReferenceData, ReferenceEntry, ReferenceKind


def rows(path: str, *items: dict[str, Any]) -> Rows[ReferenceEntry]:
    body = msgspec.json.encode({"_embedded": {"x": items}})
    return reference_data.entries(path, read_page(body, "x").items)


def test_field() -> None:
    told = {
        "id": 7001, "name": "Город", "type": "select", "code": None, "sort": 5, "enums": [
            {"id": 3001, "value": "Тула", "sort": 1, "code": "tula"},
        ],
    }  # fmt: skip
    assert rows("leads/custom_fields", told).good == (
        ReferenceEntry(
            ReferenceKind.FIELDS, 7001, "Город", EntityKind.LEAD, 5, type="select",
            choices=(FieldChoice(ChoiceId(3001), "Тула", 1, "tula"),),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("path", list(reference_data.REFERENCE_LISTS))
def test_a_line_may_be_nearly_empty(path: str) -> None:
    read = rows(path, {"id": "5", "name": None, "enums": None, "rights": []}, {"id": 0}, {})
    assert [one.id for one in read.good] == [5]
    assert len(read.malformed) == 2


def test_an_empty_or_malformed_list_retires_nobody() -> None:
    book = reference_data.REFERENCE_LISTS["leads/tags"]
    good = ReferenceEntry(ReferenceKind.TAGS, 1, "а", EntityKind.LEAD)
    assert reference_data.reference_data(book, Rows((good,))) == ReferenceData(
        (good,), frozenset({book})
    )
    assert reference_data.reference_data(book, Rows()).complete == frozenset()
    assert (
        reference_data.reference_data(book, Rows((good,), ("malformed",))).complete == frozenset()
    )


def test_types_of_tasks_stand_in_the_account() -> None:
    body = b'{"_embedded":{"task_types":[{"id":1,"name":"\xd0\x97","code":"FOLLOW_UP"}]}}'
    read = reference_data.task_types(read_one(body, TaskTypesOfAccountJson))
    assert [(one.id, one.code) for one in read.good] == [(1, "FOLLOW_UP")]
    assert (
        reference_data.task_types(read_one(b'{"_embedded":[]}', TaskTypesOfAccountJson)) == Rows()
    )


def test_rights_are_letters() -> None:
    told = {
        "leads": {"view": "A", "edit": "G", "add": "?", "delete": 7}, "contacts": [],
        "tasks": None, "mail_access": True, "status_rights": [
            {"entity_type": "leads", "pipeline_id": 700, "status_id": "142",
             "rights": {"view": "D"}},
            {"entity_type": None, "rights": []},
        ],
    }  # fmt: skip
    assert people.rights(msgspec.convert(told, RightsJson, strict=False)) == Rights(
        general=(Right("leads", "edit", "G"), Right("leads", "view", "A")),
        in_stages=(Right("leads", "view", "D", 700, 142),),
        sees_mail=True,
    )
