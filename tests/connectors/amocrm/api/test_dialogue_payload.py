"""What PHP sends for talks and requests is read loosely, item by item."""

from typing import Any

import msgspec
import pytest

from smena.connectors.amocrm.api.core.dialogue_payload import (
    EventValueJson,
    MessageRefJson,
    TalkJson,
    TalkRefJson,
    UnsortedJson,
)
from smena.connectors.amocrm.api.core.payload import LinksJson


@pytest.mark.parametrize(
    ("raw", "field", "expected"),
    [
        (b"{}", "talk_id", None),
        (b'{"talk_id": "17"}', "talk_id", "17"),
        (b'{"talk_id": 17, "more": {"deep": []}}', "talk_id", 17),
        (b'{"is_read": true}', "is_read", True),
        (b'{"is_read": "0"}', "is_read", "0"),
        (b'{"rate": null}', "rate", None),
    ],
)
def test_talk(raw: bytes, field: str, expected: Any) -> None:
    assert getattr(msgspec.json.decode(raw, type=TalkJson), field) == expected


@pytest.mark.parametrize(
    ("embedded", "kind"),
    [(b"[]", list), (b"null", type(None)), (b'{"leads": [{"id": 1}]}', LinksJson)],
)
def test_unsorted_has_links_or_an_empty_list(embedded: bytes, kind: type) -> None:
    found = msgspec.json.decode(b'{"uid": "a", "_embedded": %b}' % embedded, type=UnsortedJson)
    assert isinstance(found.embedded, kind)


@pytest.mark.parametrize(
    ("raw", "message", "talk"),
    [
        (b"{}", None, None),
        (b'{"message": {"id": "m", "talk_id": 3}}', MessageRefJson("m", 3), None),
        (b'{"talk": {"talk_id": "3"}}', None, TalkRefJson(talk_id="3")),
        (b'{"message": [], "talk": []}', [], []),
    ],
)
def test_said(raw: bytes, message: object, talk: object) -> None:
    found = msgspec.json.decode(raw, type=EventValueJson)
    assert (found.message, found.talk) == (message, talk)


@pytest.mark.parametrize("raw", [b'{"talk_id": {}}', b'{"talk_id": [1]}', b"[]", b"17"])
def test_a_branch_where_a_value_belongs_is_refused(raw: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw, type=TalkJson)
