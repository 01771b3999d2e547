import pytest

from tests.amocrm_emulator.place import ANNA, NOON, Place, Receiver, subscribe

pytestmark = pytest.mark.anyio


async def write(at: Place, contact: int, **fields: object) -> int:
    """Let a customer or an employee write; return the number of the conversation."""
    found = await at.call("POST", "/control/chats/message", {"contact": contact} | fields)
    return int(found["talk_id"])


async def test_a_conversation_about_a_lead(at: Place) -> None:
    contact = at.contact()
    lead = at.lead(contacts=(contact,))
    talk = await write(at, contact, text="Сколько стоит?")
    found = await at.call("GET", f"/talks/{talk}")
    expected = {
        "talk_id": talk,
        "contact_id": contact,
        "entity_id": lead,
        "entity_type": "lead",
        "is_in_work": True,
        "is_read": False,
        "origin": "telegram",
        "missed_at": None,
        "rate": 0,
    }
    assert {name: found[name] for name in expected} == expected
    await write(at, contact, text="Сто", incoming=False, by=ANNA)
    assert (await at.call("GET", f"/talks/{talk}"))["is_read"] is True
    messages = (await at.call("GET", f"/talks/{talk}/messages"))["_embedded"]["messages"]
    assert [(m["type"], m["text"], m["author"]["id"]) for m in messages] == [
        ("outgoing", "Сто", ANNA),
        ("incoming", "Сколько стоит?", 0),
    ]


async def test_what_the_log_says_of_messages(at: Place) -> None:
    contact = at.contact()
    lead = at.lead(contacts=(contact,))
    at.clock.advance(5)
    talk = await write(at, contact)
    at.clock.advance(1)
    await write(at, contact, incoming=False, by=ANNA)
    found = await at.call("GET", f"/events?filter[created_at]={NOON + 5}&filter[entity][]=contact")
    events = found["_embedded"]["events"]
    assert [(e["type"], e["created_by"], e["entity_id"]) for e in events] == [
        ("outgoing_chat_message", ANNA, lead),
        ("incoming_chat_message", 0, lead),
        ("talk_created", 0, lead),
    ]
    message = events[1]["value_after"][0]["message"]
    assert (message["talk_id"], message["origin"]) == (talk, "telegram")
    assert "text" not in message
    assert events[1]["_embedded"]["entity"]["linked_talk_contact_id"] == contact


async def test_a_conversation_ends_once(at: Place) -> None:
    contact = at.contact()
    talk = await write(at, contact)
    closed = await at.answer("POST", f"/talks/{talk}/close", {"force_close": True})
    assert closed.status_code == 202
    assert (await at.call("GET", f"/talks/{talk}"))["is_in_work"] is False
    assert (await at.answer("POST", f"/talks/{talk}/close")).status_code == 422
    assert (await at.answer("POST", "/talks/1/close")).status_code == 404
    assert (await at.answer("GET", "/talks/1")).status_code == 404
    assert await write(at, contact) != talk, "the next message opens another conversation"
    assert ("talk_closed", at.crm.people.owner()) in at.events()


async def test_a_missed_conversation(at: Place) -> None:
    contact = at.contact()
    talk = await write(at, contact)
    at.clock.advance(600)
    await at.call("POST", "/control/chats/miss", {"talk": talk})
    assert (await at.call("GET", f"/talks/{talk}"))["missed_at"] == NOON + 600
    assert ("talk_missed_event", 0) in at.events()


def at_once(heard: Receiver) -> tuple[dict[str, str], dict[str, str]]:
    """Return what was told of the first message and of the second, whatever body it came in."""
    told: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for body in heard.received:
        is_second = "outgoing_message[add][0][id]" in body.fields or (
            body.fields.get("talk[update][0][is_read]") == "1"
        )
        told[is_second].update(body.fields)
    return told


async def test_hooks_of_a_conversation(at: Place, heard: Receiver) -> None:
    contact = at.contact("Иван")
    lead = at.lead(contacts=(contact,))
    settings = ("add_talk", "update_talk", "add_message", "add_outgoing_message")
    await subscribe(at, heard.url, *settings)
    talk = await write(at, contact, text="Здравствуйте")
    await write(at, contact, text="Добрый день", incoming=False, by=ANNA)
    await at.emulator.flush_hooks()
    first, second = at_once(heard)
    assert first["talk[add][0][talk_id]"] == str(talk)
    assert first["talk[add][0][is_in_work]"] == "1"
    incoming = {
        "text": "Здравствуйте",
        "type": "incoming",
        "entity_type": "lead",
        "entity_id": str(lead),
        "element_type": "2",
        "contact_id": str(contact),
        "talk_id": str(talk),
        "origin": "telegram",
    }
    assert {n: first[f"message[add][0][{n}]"] for n in incoming} == incoming
    assert first["message[add][0][author][type]"] == "external"
    assert first["message[add][0][author][name]"] == "Иван"
    outgoing = "outgoing_message[add][0]"
    assert second[f"{outgoing}[author][user_id]"] == str(ANNA)
    assert second[f"{outgoing}[author][type]"] == "internal"
    assert second[f"{outgoing}[author][name]"] == "Анна Примерова"
    assert second[f"{outgoing}[entity_id]"] == str(lead)
    assert second["talk[update][0][is_read]"] == "1"
