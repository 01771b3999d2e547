"""Answers with one wrongness in them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amocrm_emulator.serving.faults.core.model import MUTATIONS, FaultKind
from amocrm_emulator.serving.faults.core.mutations import HUGE_TEXT, mutate

LEAD = {
    "id": 1,
    "name": "Поставка",
    "price": 5,
    "is_deleted": False,
    "pipeline_id": 700,
    "custom_fields_values": None,
    "_embedded": {"tags": [{"id": 9, "name": "vip"}]},
    "score": {},
}
PAGE = {"_page": 2, "_embedded": {"leads": [LEAD, LEAD | {"id": 2}]}}


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        pytest.param(
            FaultKind.SHIFT,
            PAGE,
            {"_page": 2, "_embedded": {"leads": [LEAD | {"id": 2}]}},
            id="shift",
        ),
        pytest.param(FaultKind.SHIFT, LEAD, LEAD | {"_embedded": {"tags": []}}, id="shift of one"),
        pytest.param(
            FaultKind.NULLS, LEAD, LEAD | {"_embedded": {"tags": None}}, id="null for a list"
        ),
        pytest.param(
            FaultKind.TEXT_IDS,
            LEAD,
            LEAD
            | {
                "id": "1",
                "pipeline_id": "700",
                "_embedded": {"tags": [{"id": "9", "name": "vip"}]},
            },
            id="ids are texts",
        ),
        pytest.param(
            FaultKind.WRONG_TYPES,
            LEAD,
            LEAD
            | {
                "id": "1",
                "price": "5",
                "is_deleted": 0,
                "pipeline_id": "700",
                "score": [],
                "_embedded": {"tags": [{"id": "9", "name": "vip"}]},
            },
            id="as PHP does",
        ),
        pytest.param(
            FaultKind.RENAMED,
            {"id": 1, "name": "Поставка"},
            {"id": 1, "name_v5": "Поставка"},
            id="another name",
        ),
        pytest.param(FaultKind.HUGE, LEAD, LEAD | {"name": HUGE_TEXT}, id="a megabyte"),
    ],
)
def test_bent(kind: FaultKind, content: Any, expected: Any) -> None:
    assert mutate(kind, content) == expected


def test_rows_of_a_list_stay_rows() -> None:
    for kind in MUTATIONS - {FaultKind.SHIFT}:
        rows = mutate(kind, PAGE)["_embedded"]["leads"]
        assert [str(row["id"]) for row in rows] == ["1", "2"], kind
    assert len(HUGE_TEXT.encode()) == 1024 * 1024


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "_embedded"]), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(MUTATIONS, key=str)), json)
def test_anything_can_be_bent(kind: FaultKind, content: Any) -> None:
    mutate(kind, content)
