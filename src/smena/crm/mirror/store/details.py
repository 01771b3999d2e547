"""Tags, field values and rights as columns, and back."""

from collections.abc import Mapping, Sequence

import asyncpg
import msgspec

from smena.crm.model.details import ChoiceId, FieldId, Filled, Rights, Scalar, Tag, TagId, Value

CARD_COLUMNS = "fields::text AS fields, tag_ids, tag_names"
CARD_TYPES = {"fields": "jsonb", "tag_ids": "bigint[]", "tag_names": "text[]"}


class _ValueJson(msgspec.Struct, omit_defaults=True):
    value: Scalar = None
    choice: int | None = None


_FIELDS = msgspec.json.Decoder(dict[str, list[_ValueJson]])
_RIGHTS = msgspec.json.Decoder(Rights)


def card_values(
    fields: Sequence[Filled] | None, tags: Sequence[Tag] | None
) -> Mapping[str, object]:
    return {
        "fields": {
            str(filled.field): [_ValueJson(one.value, one.choice) for one in filled.values]
            for filled in fields or ()
        },
        "tag_ids": [tag.id for tag in tags or ()],
        "tag_names": [tag.name for tag in tags or ()],
    }


def fields_of(row: asyncpg.Record) -> tuple[Filled, ...]:
    """Return the fields of a card in the order of their numbers."""
    text = row["fields"]
    if text == "{}":
        return ()
    found = [
        Filled(
            FieldId(int(number)),
            tuple(
                Value(one.value, None if one.choice is None else ChoiceId(one.choice))
                for one in values
            ),
        )
        for number, values in _FIELDS.decode(text).items()
    ]
    return tuple(sorted(found, key=lambda filled: filled.field))


def tags_of(row: asyncpg.Record) -> tuple[Tag, ...]:
    pairs = zip(row["tag_ids"], row["tag_names"], strict=True)
    return tuple(Tag(TagId(number), name) for number, name in pairs)


def rights_text(rights: Rights) -> str:
    """Return rights as JSON: a list of letters by entity and action, another one by stage."""
    return msgspec.json.encode(rights).decode()


def rights_of(text: str) -> Rights:
    return _RIGHTS.decode(text)
