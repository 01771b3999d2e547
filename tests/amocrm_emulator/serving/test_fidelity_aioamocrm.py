"""A client that we did not write reads, writes, pages and parses what the emulator tells."""

from collections.abc import AsyncIterator
from typing import Any

import aioamocrm as amo
import pytest

from amocrm_emulator.account.oauth.authority import NewIntegration
from tests.amocrm_emulator.place import (
    AREA,
    BORIS,
    BOSS,
    CITY,
    COLOUR,
    FIRST,
    NEEDS,
    NOON,
    RED,
    SALES,
    SEEN_AT,
    TALKS,
    TOKEN,
    WON,
    Place,
    Receiver,
    subscribe,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(at: Place) -> AsyncIterator[amo.AmoCRMClient]:
    auth = amo.LongLivedToken(TOKEN)
    made = amo.AmoCRMClient(base_url=at.emulator.url, auth=auth, rate_limit=None)
    async with made as found:
        yield found


async def test_the_account_its_people_and_its_pipelines(client: amo.AmoCRMClient) -> None:
    account = await client.account.get(with_=["users_groups", "task_types", "amojo_id"])
    assert (account.subdomain, account.current_user_id) == ("proba", BOSS)
    users = [user async for user in client.users.iterate(limit=2, with_=["role", "group"])]
    assert [user.id for user in users][:1] == [BOSS]
    assert len(users) == 4
    pipelines = await client.pipelines.list()
    assert [pipeline.id for pipeline in pipelines] == [SALES, 800]
    assert pipelines[0].status(WON) is not None
    assert [status.id for status in pipelines[0].statuses][1] == FIRST


async def test_fields_of_leads(client: amo.AmoCRMClient) -> None:
    fields = [field async for field in client.leads.custom_fields.iterate(limit=7)]
    assert len(fields) == len({field.id for field in fields}) == 19
    colour = await client.leads.custom_fields.get(COLOUR)
    assert (colour.type, colour.enum_id("красный")) == ("select", RED)


async def test_a_lead_goes_there_and_back(at: Place, client: amo.AmoCRMClient) -> None:
    contact = at.contact("Иван", phone="+79001234567")
    lead = amo.Lead(name="Окна", price=100, pipeline_id=SALES, status_id=FIRST)
    lead.set_field(CITY, "Тула")
    lead.set_field(AREA, 12.5)
    lead.set_field(SEEN_AT, NOON)
    lead.set_field(COLOUR, {"enum_id": RED})
    lead.set_field(NEEDS, "окна", "двери")
    lead.embedded.tags.append(amo.Tag(name="сайт"))
    lead.embedded.contacts.append(amo.Contact(id=contact, is_main=True))
    (ref,) = await client.leads.create([lead])
    assert ref.id is not None
    read = await client.leads.get(ref.id, with_=["contacts", "loss_reason"])
    assert (read.name, read.price, read.status_id) == ("Окна", 100, FIRST)
    assert read.field_value(CITY) == "Тула"
    assert read.field_value(AREA) == "12.5"
    assert read.field_value(SEEN_AT) == NOON
    assert read.field_values(NEEDS) == ["окна", "двери"]
    assert [tag.name for tag in read.embedded.tags] == ["сайт"]
    assert [(c.id, c.is_main) for c in read.embedded.contacts] == [(contact, True)]
    changed = await client.leads.update([amo.Lead(id=ref.id, status_id=WON, pipeline_id=SALES)])
    assert [row.id for row in changed] == [ref.id]
    assert (await client.leads.get(ref.id)).closed_at == NOON


async def test_what_was_read_can_be_written(at: Place, client: amo.AmoCRMClient) -> None:
    number = at.contact("Иван", phone="+79001234567", email="ivan@example.com")
    contact = await client.contacts.get(number, with_=["leads"])
    assert contact.field_value("PHONE", enum_code="WORK") == "+79001234567"
    contact.set_field("PHONE", "+79007654321", enum_code="MOB")
    await client.contacts.update(
        [
            {
                "id": number,
                "custom_fields_values": contact.to_api()["custom_fields_values"],
            }
        ]
    )
    again = await client.contacts.get(number)
    assert again.field_value("PHONE") == "+79007654321"
    assert again.field_value("EMAIL") == "ivan@example.com"


async def test_pages_are_walked_to_the_end(at: Place, client: amo.AmoCRMClient) -> None:
    leads = [at.lead(name=f"Сделка {n}", responsible_user_id=BORIS) for n in range(23)]
    at.lead()
    asked = {"responsible_user_id": [BORIS], "updated_at": {"from": NOON}}
    walk = client.leads.iterate(limit=5, filter=asked, order={"id": "asc"}, with_=["contacts"])
    assert [lead.id async for lead in walk] == leads
    page = await client.leads.get_page(5, limit=5, filter=asked)
    assert (len(page.items), page.next_url) == (3, None)
    assert (await client.leads.get_page(6, limit=5, filter=asked)).items == []
    found = [lead.id async for lead in client.leads.iterate(query="Сделка 7")]
    assert found == [leads[7]]


async def test_batches_are_split_and_refused(at: Place, client: amo.AmoCRMClient) -> None:
    made = await client.leads.create([{"name": str(n)} for n in range(7)], batch_size=3)
    assert len({ref.id for ref in made}) == 7
    with pytest.raises(amo.ValidationError) as refused:
        await client.leads.create([{"name": "a"}, {"name": "b", "status_id": 5}])
    (issue,) = refused.value.errors
    assert (issue.request_id, issue.path, issue.code) == ("1", "status_id", "NotSupportedChoice")
    with pytest.raises(amo.NotFoundError):
        await client.leads.get(1)
    stranger = amo.AmoCRMClient(base_url=at.emulator.url, auth=amo.LongLivedToken("x"))
    async with stranger, stranger as found:
        with pytest.raises(amo.AuthError):
            await found.account.get()


async def test_leads_with_their_customers(at: Place, client: amo.AmoCRMClient) -> None:
    lead = amo.Lead(name="Окна")
    contact = amo.Contact(name="Пётр")
    contact.set_field("PHONE", "+79001112233", enum_code="MOB")
    lead.embedded.contacts.append(contact)
    lead.embedded.companies.append(amo.Company(name="Ромашка"))
    (row,) = await client.leads.create_complex([lead])
    assert row.merged is False
    assert row.id is not None
    assert row.contact_id is not None
    links = await client.leads.links(row.id)
    assert {(link.to_entity_type, link.to_entity_id) for link in links} == {
        ("contacts", row.contact_id),
        ("companies", row.company_id),
    }
    other = at.contact()
    await client.leads.link(row.id, "contacts", other, metadata={"is_main": True})
    links = await client.leads.links(row.id)
    assert {link.to_entity_id for link in links if link.metadata} == {other, row.contact_id}
    await client.leads.unlink(row.id, "contacts", other)
    assert len(await client.leads.links(row.id)) == 2


async def test_tasks_and_notes(at: Place, client: amo.AmoCRMClient) -> None:
    lead = at.lead()
    task = amo.Task(text="Позвонить", complete_till=NOON + 60, entity_id=lead, entity_type="leads")
    (ref,) = await client.tasks.create([task])
    assert ref.id is not None
    assert (await client.tasks.get(ref.id)).result is None
    await client.tasks.update([{"id": ref.id, "is_completed": True, "result": {"text": "Да"}}])
    done = await client.tasks.get(ref.id)
    assert done.result is not None
    assert (done.is_completed, done.result.text) == (True, "Да")
    assert [t.id async for t in client.tasks.iterate(filter={"is_completed": True})] == [ref.id]
    (note,) = await client.leads.notes.create([amo.Note.common(lead, "Привет")])
    assert note.id is not None
    assert (await client.leads.notes.get(note.id, entity_id=lead)).text == "Привет"
    listed = [found.id async for found in client.leads.notes.iterate(entity_id=lead)]
    assert listed == [note.id]


async def test_webhooks_are_parsed(at: Place, client: amo.AmoCRMClient, heard: Receiver) -> None:
    names = (
        "add_lead",
        "status_lead",
        "add_contact",
        "add_company",
        "add_task",
        "note_lead",
        "add_message",
    )
    await subscribe(at, heard.url, *names)
    lead = amo.Lead(name="Окна")
    lead.set_field(CITY, "Тула")
    lead.set_field(SEEN_AT, NOON)
    (ref,) = await client.leads.create([lead])
    await client.leads.update([{"id": ref.id, "status_id": TALKS}])
    await client.contacts.create(
        [
            {
                "name": "Иван",
                "custom_fields_values": [{"field_code": "PHONE", "values": [{"value": "+7900"}]}],
            }
        ]
    )
    await client.companies.create([{"name": "Ромашка"}])
    await client.leads.notes.create([amo.Note.common(int(ref.id or 0), "Привет")])
    await at.call("POST", "/control/chats/message", {"contact": at.contact(), "text": "Алло"})
    await at.emulator.flush_hooks()
    hooks = [amo.parse_webhook(received.body) for received in heard.received]
    assert {hook.subdomain for hook in hooks} == {"proba"}
    events: dict[str, Any] = {}
    for event in (event for hook in hooks for event in hook.events):
        events.setdefault(f"{event.entity}.{event.action}.{event.payload.get('type', '')}", event)
    added = events["leads.add."]
    assert (added.id, added.field_value(CITY), added.field_value(SEEN_AT)) == (
        ref.id,
        "Тула",
        str(NOON),
    )
    assert events["leads.status."].payload["old_status_id"] == str(FIRST)
    assert events["contacts.add.contact"].field_value("PHONE") == "+7900"
    assert events["contacts.add.company"].payload["name"] == "Ромашка"
    assert events["leads.note."].payload["note"]["text"] == "Привет"
    assert events["message.add.incoming"].payload["text"] == "Алло"


async def test_access_is_granted_and_renewed(at: Place) -> None:
    redirect = "http://127.0.0.1:9000/oauth"
    integration = at.crm.oauth.create(NewIntegration("Ours", redirect))
    code = at.crm.oauth.grant(integration, BOSS)
    kept = amo.MemoryTokenStorage()
    auth = amo.OAuth2(
        integration.client_id, integration.secret, redirect, kept, clock=at.clock.exact
    )
    async with amo.AmoCRMClient(base_url=at.emulator.url, auth=auth, rate_limit=None) as client:
        first = await client.exchange_code(code)
        assert (await client.account.get()).current_user_id == BOSS
        at.clock.advance(86_401)
        assert (await client.account.get()).id == at.crm.account.doc["id"]
        second = await kept.load()
        assert second is not None
        assert second.refresh_token != first.refresh_token, "a refresh token is used once"
        with pytest.raises(amo.AuthError):
            await client.exchange_code(code)
