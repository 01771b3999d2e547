from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amocrm_emulator.account.core.field_values import (
    DATES,
    NUMBERS,
    TEXTS,
    moment,
    reading,
    troubles,
)
from amocrm_emulator.account.core.standard_fields import AVAILABLE

ENUMS = [
    {"id": 1, "value": "красный", "sort": 1, "code": "red"},
    {"id": 2, "value": "синий", "sort": 2, "code": None},
]
RED = {"value": "красный", "enum_id": 1, "enum_code": "red"}


def field(type_: str) -> dict[str, Any]:
    return {"type": type_, "enums": ENUMS}


@pytest.mark.parametrize(
    ("type_", "written", "read"),
    [
        ("text", {"value": "x"}, {"value": "x"}),
        ("text", {"value": 5}, {"value": "5"}),
        ("textarea", {"value": "a\nb"}, {"value": "a\nb"}),
        ("numeric", {"value": 12.5}, {"value": "12.5"}),
        ("numeric", {"value": "12,5"}, {"value": "12.5"}),
        ("monetary", {"value": "100"}, {"value": "100"}),
        ("checkbox", {"value": True}, {"value": True}),
        ("checkbox", {"value": 0}, {"value": False}),
        ("checkbox", {"value": "1"}, {"value": True}),
        ("select", {"enum_id": 1}, RED),
        ("select", {"value": "красный"}, RED),
        ("select", {"value": None, "enum_id": 1}, RED),
        ("radiobutton", {"enum_code": "red"}, RED),
        ("date", {"value": 1_790_000_000}, {"value": 1_790_000_000}),
        ("date_time", {"value": "2026-09-21T16:13:20+03:00"}, {"value": 1_789_996_400}),
        ("birthday", {"value": "1790000000"}, {"value": 1_790_000_000}),
        (
            "multitext",
            {"value": "+7", "enum_code": "red"},
            {"value": "+7", "enum_id": 1, "enum_code": "red"},
        ),
        ("multitext", {"value": "+7"}, {"value": "+7", "enum_id": 1, "enum_code": "red"}),
        (
            "smart_address",
            {"value": "Тула", "enum_code": "city"},
            {"value": "Тула", "enum_id": 3, "enum_code": "city"},
        ),
        (
            "legal_entity",
            {"value": {"name": "ООО", "vat_id": "1"}},
            {"value": {"name": "ООО", "vat_id": "1"}},
        ),
        (
            "chained_list",
            {"catalog_id": 1, "catalog_element_id": 2},
            {"catalog_id": 1, "catalog_element_id": 2},
        ),
        ("file", {"value": {"file_uuid": "u"}}, {"value": {"file_uuid": "u"}}),
    ],
)
def test_a_value_is_read_in_its_types_form(
    type_: str, written: dict[str, Any], read: dict[str, Any]
) -> None:
    assert list(troubles(field(type_), [written], "values")) == []
    assert reading(field(type_), [written]) == [read]
    assert list(troubles(field(type_), [read], "values")) == [], "what is read can be written"


@pytest.mark.parametrize(
    ("type_", "written", "code", "path"),
    [
        ("numeric", [{"value": "many"}], "InvalidType", "values.0.value"),
        ("date", [{"value": "tomorrow"}], "InvalidType", "values.0.value"),
        ("checkbox", [{"value": "maybe"}], "InvalidType", "values.0.value"),
        ("select", [{"enum_id": 9}], "NotSupportedChoice", "values.0.enum_id"),
        ("select", [{"value": "белый"}], "NotSupportedChoice", "values.0.value"),
        ("select", [{"enum_id": 1}, {"enum_id": 2}], "TooMany", "values"),
        ("text", [{"value": "a"}, {"value": "b"}], "TooMany", "values"),
        ("text", [{"value": {"a": 1}}], "InvalidType", "values.0.value"),
        ("text", ["x"], "InvalidType", "values.0"),
        ("text", "x", "InvalidType", "values"),
        (
            "multitext",
            [{"value": "+7", "enum_code": "CELL"}],
            "NotSupportedChoice",
            "values.0.enum_code",
        ),
        (
            "smart_address",
            [{"value": "x", "enum_id": []}],
            "NotSupportedChoice",
            "values.0.enum_id",
        ),
        (
            "multitext",
            [{"value": "x", "enum_code": ["WORK"]}],
            "NotSupportedChoice",
            "values.0.enum_code",
        ),
        ("smart_address", [{"value": "x", "enum_id": 7}], "NotSupportedChoice", "values.0.enum_id"),
        ("legal_entity", [{"value": "x"}], "InvalidType", "values.0.value"),
        ("chained_list", [{"catalog_id": 1}] * 6, "TooMany", "values"),
    ],
)
def test_a_bad_value_is_named(type_: str, written: Any, code: str, path: str) -> None:
    assert (code, path) in [(c, p) for c, p, _ in troubles(field(type_), written, "values")]


@pytest.mark.parametrize("written", [None, [], [{"value": ""}], [{"value": None}], [{}]])
def test_a_field_is_emptied(written: Any) -> None:
    assert list(troubles(field("text"), written, "values")) == []
    assert reading(field("text"), written) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
VALUES = st.lists(
    st.dictionaries(
        st.sampled_from(["value", "enum_id", "enum_code", "catalog_id", "catalog_element_id"]),
        JSON,
    ),
    max_size=3,
)


@given(st.sampled_from(sorted(AVAILABLE)), VALUES)
def test_whatever_passes_the_check_can_be_read(type_: str, written: list[Any]) -> None:
    if not list(troubles(field(type_), written, "values")):
        for value in reading(field(type_), written):
            if type_ in DATES:
                assert isinstance(value["value"], int)
            elif type_ in TEXTS | NUMBERS:
                assert isinstance(value["value"], str)


@given(st.integers(-(10**11), 10**11))
def test_a_moment_is_read_as_a_number_and_as_digits(seconds: int) -> None:
    assert moment(seconds) == moment(str(seconds)) == seconds
