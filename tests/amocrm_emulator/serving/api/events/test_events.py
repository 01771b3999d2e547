import pytest

from tests.amocrm_emulator.place import ANNA, BORIS, BOSS, FIRST, NOON, SALES, TALKS, WON, Place

pytestmark = pytest.mark.anyio


@pytest.fixture
async def lead(at: Place) -> int:
    """A lead with a short life: added, moved, given away, moved, talked about."""
    crm = at.crm
    contact = crm.cards.add_contact(BOSS, NOON, "Иван")
    number = crm.leads.add(BOSS, NOON + 1, "Окна", responsible_user_id=ANNA)
    crm.leads.change(ANNA, NOON + 2, number, status_id=TALKS)
    crm.leads.change(ANNA, NOON + 3, number, responsible_user_id=BORIS)
    crm.leads.change(BORIS, NOON + 4, number, status_id=WON)
    message = [{"message": {"id": "m", "talk_id": 1, "origin": "telegram"}}]
    crm.work.log(0, NOON + 5, "incoming_chat_message", "contact", contact, after=message)
    return number


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "message won given talks added contact"),
        ("filter[created_at][from]={t3}", "message won given"),
        ("filter[created_at][from]={t2}&filter[created_at][to]={t3}", "given talks"),
        ("filter[created_at]={t2},{t3}", "given talks"),
        ("filter[created_at]={t4}", "message won"),
        ("filter[created_by][]={anna}&filter[created_by][]=0", "message given talks"),
        ("filter[created_by]={anna},0", "message given talks"),
        ("filter[type]=lead_status_changed", "won talks"),
        ("filter[type][0]=lead_added&filter[type][1]=contact_added", "added contact"),
        ("filter[type]=lead_added,contact_added", "added contact"),
        ("filter[entity]=contact", "message contact"),
        ("filter[entity][]=lead&filter[entity_id][]={lead}", "won given talks added"),
        ("filter[entity][]=lead&filter[entity_id][]=5", ""),
        (
            (
                "filter[value_after][leads_statuses][0][pipeline_id]={sales}"
                "&filter[value_after][leads_statuses][0][status_id]={talks}"
            ),
            "talks",
        ),
        ("filter[value_before][leads_statuses][0][status_id]={first}", "talks"),
        ("filter[value_after][responsible_user_id]={boris}", "given"),
        ("limit=2&page=2", "given talks"),
    ],
)
async def test_filters(at: Place, lead: int, query: str, expected: str) -> None:
    words = ("contact", "added", "talks", "given", "won", "message")
    log = [row[0] for row in at.crm.store.rows("SELECT id FROM event ORDER BY id")]
    names = dict(zip(log, words, strict=True))
    asked = query.format(
        t2=NOON + 2,
        t3=NOON + 3,
        t4=NOON + 4,
        anna=ANNA,
        boris=BORIS,
        lead=lead,
        sales=SALES,
        talks=TALKS,
        first=FIRST,
    )
    found = await at.ids(f"/events?{asked}", "events")
    assert " ".join(names[number] for number in found) == expected


async def test_an_event(at: Place, lead: int) -> None:
    path = "/events?filter[type]=lead_added&with=lead_name"
    (row,) = (await at.call("GET", path))["_embedded"]["events"]
    url = f"{at.emulator.url}/api/v4"
    assert row == {
        "id": row["id"],
        "type": "lead_added",
        "entity_id": lead,
        "entity_type": "lead",
        "created_by": BOSS,
        "created_at": NOON + 1,
        "value_after": [{"note": {"id": lead}}],
        "value_before": [],
        "account_id": at.crm.account.doc["id"],
        "_links": {"self": {"href": f"{url}/events/{row['id']}"}},
        "_embedded": {
            "entity": {
                "id": lead,
                "name": "Окна",
                "_links": {"self": {"href": f"{url}/leads/{lead}"}},
            }
        },
    }
    assert (await at.call("GET", f"/events/{row['id']}"))["id"] == row["id"]
    assert await at.call("GET", "/events/none") is None
    assert len(row["id"]) == 26


async def test_numbers_follow_time(at: Place) -> None:
    """Also when the past is written after the present, and within one second."""
    for moment in (NOON, NOON, NOON - 86_400, NOON + 1, NOON - 86_400):
        at.crm.work.log(BOSS, moment, "lead_added", "lead", 1)
    rows = at.crm.store.rows("SELECT id, created_at FROM event ORDER BY id")
    moments = [moment for _number, moment in rows]
    assert moments == sorted(moments)
    assert len({number for number, _moment in rows}) == 5


async def test_types_cover_what_is_logged(at: Place, lead: int) -> None:
    rows = (await at.call("GET", "/events/types"))["_embedded"]["events_types"]
    known = {row["key"] for row in rows}
    assert {kind for kind, _by in at.events()} <= known
    assert len({row["type"] for row in rows}) == len(rows)
    assert lead
