"""What was read lately is not absorbed again, unless it has changed meanwhile."""

from dataclasses import replace

import pytest

from smena.connectors.amocrm.recent_rows import ROWS_MAX, RecentRows
from smena.crm.model.entities import LeadId
from tests.crm.cast import LEAD

ONE, OTHER = replace(LEAD, name="было"), replace(LEAD, name="стало")
NEIGHBOUR = replace(LEAD, id=LeadId(LEAD.id + 1))


@pytest.mark.parametrize(
    ("read", "row", "expected"),
    [
        pytest.param([], ONE, True, id="never seen"),
        pytest.param([ONE], ONE, False, id="seen"),
        pytest.param([ONE], OTHER, True, id="changed"),
        pytest.param([ONE, OTHER], ONE, True, id="changed back within a second"),
        pytest.param([ONE, NEIGHBOUR], ONE, False, id="another one was seen since"),
        pytest.param(["a row cannot be read"], "a row cannot be read", False, id="a reason"),
    ],
)
def test_unseen(read: list[object], row: object, *, expected: bool) -> None:
    seen = RecentRows()
    for one in read:
        seen.remember([one])
    assert (row in seen.unseen([row])) is expected


def test_old_ones_are_forgotten() -> None:
    seen = RecentRows()
    seen.remember([ONE])
    seen.remember(range(ROWS_MAX))
    assert ONE in seen.unseen([ONE])
