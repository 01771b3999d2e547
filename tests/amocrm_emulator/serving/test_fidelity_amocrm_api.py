"""A second client that we did not write: it insists on https and on a host of amocrm.ru.

Its own option, the session, is given one that carries such a request to the emulator.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
import requests
from amocrm.v2.entity.events import EventsInteraction
from amocrm.v2.entity.lead import LeadsInteraction
from amocrm.v2.entity.pipeline import PipelinesInteraction, StatusesInteraction
from amocrm.v2.entity.user import UsersInteraction
from amocrm.v2.exceptions import NotFound, PermissionsDenyException, ValidationError
from amocrm.v2.filters import MultiFilter, RangeFilter
from amocrm.v2.interaction import GenericInteraction
from requests.adapters import HTTPAdapter

from tests.amocrm_emulator.place import (
    ANNA,
    BOSS,
    CITY,
    FIRST,
    NOON,
    SALES,
    TALKS,
    TOKEN,
    TOKEN_OF_ANNA,
    Place,
)

pytestmark = pytest.mark.anyio
T = TypeVar("T")


class ToEmulator(HTTPAdapter):
    """Carries requests for an account's host to the emulator."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        parts = urlsplit(str(request.url))
        assert (parts.scheme, parts.hostname) == ("https", "proba.amocrm.ru")
        request.url = f"{self._url}{parts.path}?{parts.query}"
        return super().send(request, *args, **options)


class Tokens:
    """The client's own place for a token, with one that needs no renewal."""

    subdomain = "proba"

    def __init__(self, token: str) -> None:
        self._token = token

    def get_access_token(self) -> str:
        return self._token


def client(
    at: Place, kind: Callable[..., GenericInteraction], *args: Any, token: str = TOKEN, **more: Any
) -> GenericInteraction:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", ToEmulator(at.emulator.url))
    return kind(*args, token_manager=Tokens(token), session=session, **more)


async def away(work: Callable[[], T]) -> T:
    """Let the client, which blocks, work beside the emulator."""
    return await asyncio.to_thread(work)


async def test_leads_are_written_and_read(at: Place) -> None:
    leads = client(at, LeadsInteraction)
    fields = [{"field_id": CITY, "values": [{"value": "Тула"}]}]
    made = await away(lambda: leads.create({"name": "Окна", "custom_fields_values": fields}))
    await away(lambda: leads.update(made["id"], {"price": 5, "status_id": TALKS}))
    read = await away(lambda: leads.get(made["id"], include=["contacts", "loss_reason"]))
    assert (read["price"], read["status_id"]) == (5, TALKS)
    assert read["custom_fields_values"][0]["values"] == [{"value": "Тула"}]
    with pytest.raises(NotFound):
        await away(lambda: leads.get(1))
    with pytest.raises(ValidationError):
        await away(lambda: leads.create({"name": "Окна", "status_id": 5}))


async def test_pages_filters_and_orders(at: Place) -> None:
    leads = [at.lead(responsible_user_id=(ANNA, BOSS)[n % 2]) for n in range(6)]
    found = client(at, LeadsInteraction)
    rows = await away(lambda: list(found.get_all(order={"id": "desc"})))
    assert [row["id"] for row in rows] == leads[::-1]
    only = MultiFilter("responsible_user_id")
    only([ANNA])
    since = RangeFilter("updated_at")
    since(int(NOON), int(NOON))
    rows = await away(lambda: list(found.get_all(filters=(only, since))))
    assert [row["id"] for row in rows] == leads[::2]


async def test_pipelines_stages_and_people(at: Place) -> None:
    pipelines = await away(lambda: list(client(at, PipelinesInteraction).get_all()))
    assert [row["name"] for row in pipelines] == ["Продажи", "Сервис"]
    stages = client(at, StatusesInteraction, pipeline_id=SALES)
    assert [row["id"] for row in await away(lambda: list(stages.get_all()))][1:3] == [FIRST, TALKS]
    made = await away(lambda: stages.create({"name": "Замер", "sort": 25}))
    assert made["pipeline_id"] == SALES
    users = await away(lambda: list(client(at, UsersInteraction).get_all()))
    assert [user["rights"]["is_admin"] for user in users][:2] == [True, False]
    with pytest.raises(PermissionsDenyException):
        await away(lambda: list(client(at, UsersInteraction, token=TOKEN_OF_ANNA).get_all()))


async def test_the_log(at: Place) -> None:
    lead = at.lead()
    at.clock.advance(60)
    await at.call("PATCH", f"/leads/{lead}", {"price": 7})
    rows = await away(lambda: list(client(at, EventsInteraction).get_all()))
    assert [row["type"] for row in rows] == ["sale_field_changed", "lead_added"]
    assert rows[0]["created_at"] == NOON + 60


async def test_catalogues_of_tags_fields_and_tasks(at: Place) -> None:
    tags = client(at, GenericInteraction, path="leads/tags", field="tags")
    made = await away(lambda: tags.create({"name": "сайт"}))
    assert [row["id"] for row in await away(lambda: list(tags.get_all()))] == [made["id"]]
    fields = client(at, GenericInteraction, path="leads/custom_fields", field="custom_fields")
    new = await away(lambda: fields.create({"name": "Этаж", "type": "numeric"}))
    assert (await away(lambda: fields.get(new["id"])))["type"] == "numeric"
    tasks = client(at, GenericInteraction, path="tasks")
    task = await away(lambda: tasks.create({"text": "x", "complete_till": NOON + 60}))
    await away(lambda: tasks.update(task["id"], {"is_completed": True}))
    assert (await away(lambda: tasks.get(task["id"])))["is_completed"] is True
