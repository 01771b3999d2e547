"""What the API's talks and unsorted requests look like."""

from typing import Any

import msgspec

from smena.connectors.amocrm.api.core.payload import LinksJson
from smena.connectors.amocrm.api.core.values import Loose


class TalkJson(msgspec.Struct):
    """Also an item of a webhook about a talk: the names are the same."""

    talk_id: Loose = None
    id: Loose = None
    created_at: Loose = None
    updated_at: Loose = None
    contact_id: Loose = None
    chat_id: Loose = None
    entity_id: Loose = None
    entity_type: Loose = None
    is_in_work: Loose = None
    is_read: Loose = None
    origin: Loose = None
    rate: Loose = None
    missed_at: Loose = None


class UnsortedJson(msgspec.Struct):
    uid: Loose = None
    source_name: Loose = None
    category: Loose = None
    pipeline_id: Loose = None
    created_at: Loose = None
    embedded: LinksJson | list[Any] | None = msgspec.field(default=None, name="_embedded")


class MessageRefJson(msgspec.Struct):
    id: Loose = None
    talk_id: Loose = None
    origin: Loose = None


class TalkRefJson(msgspec.Struct):
    id: Loose = None
    talk_id: Loose = None


class EventValueJson(msgspec.Struct):
    """An element of an event's value: a message, or a talk."""

    message: MessageRefJson | list[Any] | None = None
    talk: TalkRefJson | list[Any] | None = None
