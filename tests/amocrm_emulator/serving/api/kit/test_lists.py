from urllib.parse import parse_qs, urlsplit

import pytest

from tests.amocrm_emulator.place import (
    ANNA,
    AREA,
    BLUE,
    BORIS,
    BOSS,
    COLOUR,
    FIRST,
    LOAN,
    NOON,
    RED,
    REPAIR,
    SALES,
    SEEN_AT,
    SERVICE,
    TALKS,
    WON,
    Place,
)

pytestmark = pytest.mark.anyio


async def test_nothing_is_204(at: Place) -> None:
    for path in ("/leads", "/tasks", "/events", "/contacts/notes", "/leads/1", "/tasks/1"):
        answer = await at.answer("GET", path)
        assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        pytest.param("", 50, id="the default"),
        pytest.param("?limit=250", 250, id="the most"),
        pytest.param("?limit=251", 50, id="more than the most is the default"),
        pytest.param("?limit=0", 50, id="none is the default"),
        pytest.param("?limit=x", 50, id="no number is the default"),
        pytest.param("?limit=7", 7, id="as asked"),
    ],
)
async def test_limit(at: Place, asked: str, given: int) -> None:
    with at.crm.work.transaction():
        for _ in range(260):
            at.lead()
    assert len(await at.ids(f"/leads{asked}", "leads")) == given


@pytest.mark.parametrize(("most", "given"), [(100, 50), (250, 150)])
async def test_limit_of_events(at: Place, most: int, given: int) -> None:
    with at.crm.work.transaction():
        for _ in range(150):
            at.lead()
    await at.call("POST", "/control/switches", {"events_max": most})
    assert len(await at.ids("/events?limit=150", "events")) == given


@pytest.mark.parametrize(
    ("query", "expected"),
    [("filter[updated_at]={earlier}", 0), ("filter[updated_at]={noon}", 1)],
)
async def test_a_bare_moment_is_that_very_moment(at: Place, query: str, expected: int) -> None:
    """PHP#358: of cards it does not mean "since", so there is nothing as a rule."""
    at.lead()
    asked = query.format(earlier=NOON - 60, noon=NOON)
    assert len(await at.ids(f"/leads?{asked}", "leads")) == expected


async def test_a_bare_moment_of_tasks_means_since(at: Place) -> None:
    at.crm.tasks.add(BOSS, NOON, "Позвонить", NOON)
    assert len(await at.ids(f"/tasks?filter[updated_at]={NOON - 60}", "tasks")) == 1


async def test_a_stage_of_no_pipeline_is_refused(at: Place) -> None:
    at.lead(status_id=WON)
    stage = "filter[statuses][0][pipeline_id]=&filter[statuses][0][status_id]=142"
    assert (await at.answer("GET", f"/leads?{stage}")).status_code == 400


async def test_walk_by_next(at: Place) -> None:
    numbers = [at.lead(name=f"Сделка {place}") for place in range(7)]
    path: str | None = "/leads?limit=3&order[id]=desc&filter[id][0]=" + "&filter[id][]=".join(
        map(str, numbers)
    )
    walked, pages = [], []
    while path:
        found = await at.call("GET", path)
        walked += [row["id"] for row in found["_embedded"]["leads"]]
        pages.append(found)
        path = found["_links"].get("next", {}).get("href")
    assert walked == numbers[::-1]
    assert [page["_page"] for page in pages] == [1, 2, 3]
    assert [sorted(page["_links"]) for page in pages] == [
        ["next", "self"],
        ["first", "next", "prev", "self"],
        ["first", "prev", "self"],
    ]
    link = urlsplit(pages[1]["_links"]["prev"]["href"])
    assert f"{link.scheme}://{link.netloc}" == at.emulator.url
    assert parse_qs(link.query).items() >= {"page": ["1"], "order[id]": ["desc"]}.items()
    assert await at.call("GET", "/leads?limit=3&page=9") is None


async def test_links_lead_to_the_host_of_the_request(at: Place) -> None:
    at.lead()
    answer = await at.answer("GET", "/leads", Host="acme.amocrm.ru")
    row = answer.json()["_embedded"]["leads"][0]
    assert row["_links"]["self"]["href"] == f"http://acme.amocrm.ru/api/v4/leads/{row['id']}"
    assert answer.headers["content-type"].startswith("application/hal+json")


@pytest.fixture
async def leads(at: Place) -> dict[int, str]:
    """Four leads, known by their names."""
    crm = at.crm
    made = [
        crm.leads.add(BOSS, NOON - 400, "Окна", responsible_user_id=ANNA, price=100),
        crm.leads.add(ANNA, NOON - 300, "Двери", responsible_user_id=BORIS, price=200),
        crm.leads.add(0, NOON - 200, "Крыша", status_id=TALKS, responsible_user_id=BORIS),
        crm.leads.add(BOSS, NOON - 100, "Полы", pipeline_id=SERVICE, responsible_user_id=ANNA),
    ]
    crm.leads.change(BORIS, NOON, made[0], status_id=WON)
    crm.tasks.add(BOSS, NOON, "Позвонить", NOON + 60, entity_type="leads", entity_id=made[1])
    return dict(zip(made, ("окна", "двери", "крыша", "полы"), strict=True))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter[responsible_user_id]={anna}", "окна полы"),
        ("filter[responsible_user_id][]={anna}&filter[responsible_user_id][]={boris}", "all"),
        ("filter[responsible_user_id][0]={boris}&filter[responsible_user_id][1]=5", "двери крыша"),
        ("filter%5Bresponsible_user_id%5D%5B0%5D={boris}", "двери крыша"),
        ("filter[created_by]=0", "крыша"),
        ("filter[updated_by][]={boris}", "окна"),
        ("filter[created_at][from]={t300}", "двери крыша полы"),
        ("filter[created_at][to]={t300}", "окна двери"),
        ("filter[created_at][from]={t300}&filter[created_at][to]={t200}", "двери крыша"),
        ("filter[updated_at][from]={t0}", "окна"),
        ("filter[closed_at][from]=1", "окна"),
        ("filter[closest_task_at][from]=1", "двери"),
        ("filter[price][from]=150", "двери"),
        ("filter[price][to]=100", "окна крыша полы"),
        ("filter[name]=Крыша", "крыша"),
        ("filter[pipeline_id]={service}", "полы"),
        (
            (
                "filter[statuses][0][pipeline_id]={sales}&filter[statuses][0][status_id]={talks}"
                "&filter[statuses][1][pipeline_id]={service}&filter[statuses][1][status_id]={repair}"
            ),
            "крыша полы",
        ),
        ("filter[statuses][0][status_id]={talks}", "all"),
        ("filter[statuses][0][pipeline_id]=x&filter[statuses][0][status_id]=y", "all"),
        ("filter[unheard_of]=1", "all"),
        ("query=ПОЛ", "полы"),
        ("query=%25", "none"),
    ],
)
async def test_filters_of_leads(
    at: Place, leads: dict[int, str], query: str, expected: str
) -> None:
    asked = query.format(
        anna=ANNA,
        boris=BORIS,
        sales=SALES,
        service=SERVICE,
        talks=TALKS,
        repair=REPAIR,
        t300=NOON - 300,
        t200=NOON - 200,
        t0=NOON,
    )
    found = " ".join(leads[number] for number in await at.ids(f"/leads?{asked}", "leads"))
    assert found == {"all": "окна двери крыша полы", "none": ""}.get(expected, expected)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("order[updated_at]=desc", "окна полы крыша двери"),
        ("order[created_at]=asc", "окна двери крыша полы"),
        ("order[id]=desc", "полы крыша двери окна"),
        ("order[name]=asc", "окна двери крыша полы"),
    ],
)
async def test_order(at: Place, leads: dict[int, str], order: str, expected: str) -> None:
    found = " ".join(leads[number] for number in await at.ids(f"/leads?{order}", "leads"))
    assert found == expected


async def test_without_the_option_filters_have_no_effect(at: Place, leads: dict[int, str]) -> None:
    await at.call("POST", "/control/switches", {"has_filters": False})
    first = min(leads)
    assert len(await at.ids(f"/leads?filter[responsible_user_id]={ANNA}", "leads")) == 4
    assert await at.ids(f"/leads?filter[id]={first}", "leads") == [first]
    assert len(await at.ids("/leads?query=окна", "leads")) == 1


@pytest.mark.parametrize(
    "asked", ["79001234567", "%2B7 (900) 123-45-67", "89001234567", "1234567", "иван@", "Петров"]
)
async def test_search_in_contacts(at: Place, asked: str) -> None:
    wanted = at.contact("Иван Петров", phone="+7 900 123-45-67", email="Иван@example.com")
    at.contact("Кто-то", phone="+7 900 765-43-21")
    assert await at.ids(f"/contacts?query={asked}", "contacts") == [wanted]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter[is_completed]=1", [2]),
        ("filter[is_completed]=0&order[complete_till]=asc", [3, 1]),
        ("filter[entity_type]=leads&filter[entity_id][]={lead}", [1]),
        ("filter[entity_id][]={lead}", [1, 2, 3]),
        ("filter[task_type][]=2", [3]),
        ("filter[updated_at]={later}", [2]),
        ("filter[id][]={second}&filter[id][]={third}&order[id]=desc", [3, 2]),
    ],
)
async def test_filters_of_tasks(at: Place, query: str, expected: list[int]) -> None:
    lead, crm = at.lead(), at.crm
    first = crm.tasks.add(BOSS, NOON, "Один", NOON + 90, entity_type="leads", entity_id=lead)
    second = crm.tasks.add(BOSS, NOON, "Два", NOON + 60)
    third = crm.tasks.add(BOSS, NOON, "Три", NOON + 30, task_type_id=2)
    crm.tasks.complete(BOSS, NOON + 10, second, "Готово")
    asked = query.format(lead=lead, later=NOON + 5, second=second, third=third)
    found = await at.ids(f"/tasks?{asked}", "tasks")
    assert [number - first + 1 for number in found] == expected


async def test_deleted_leads(at: Place) -> None:
    kept, gone = at.lead(), at.lead()
    await at.call("POST", f"/control/leads/{gone}/delete", {"by": ANNA})
    assert await at.ids("/leads", "leads") == [kept]
    assert (await at.answer("GET", f"/leads/{gone}")).status_code == 204
    (row,) = (await at.call("GET", "/leads?with=only_deleted"))["_embedded"]["leads"]
    assert (row["id"], row["is_deleted"]) == (gone, True)
    assert at.crm.pipelines.main()["id"] == SALES
    assert (await at.call("GET", f"/leads/{kept}"))["status_id"] == FIRST


FIELDS = "filter[custom_fields_values]"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"{FIELDS}[{COLOUR}][]={RED}", [0]),
        ((f"{FIELDS}[{COLOUR}][0]={RED}&{FIELDS}[{COLOUR}][1]={BLUE}"), [0, 1]),
        (f"{FIELDS}[{AREA}][from]=10&{FIELDS}[{AREA}][to]=20", [1]),
        (f"{FIELDS}[{AREA}][from]=10", [1, 2]),
        (f"{FIELDS}[{SEEN_AT}][to]={NOON}", [2]),
        (f"{FIELDS}[{LOAN}]=1", [1]),
        (f"{FIELDS}[{LOAN}]=0", [2]),
        (f"{FIELDS}[5][]=1", []),
    ],
)
async def test_filters_of_custom_fields(at: Place, query: str, expected: list[int]) -> None:
    values = (
        {COLOUR: RED},
        {COLOUR: BLUE, AREA: 12.5, LOAN: True},
        {AREA: "25", SEEN_AT: NOON - 1, LOAN: False},
    )
    batch = [
        {
            "custom_fields_values": [
                {"field_id": f, "values": [{"enum_id" if f == COLOUR else "value": value}]}
                for f, value in fields.items()
            ]
        }
        for fields in values
    ]
    made = await at.call("POST", "/leads", batch)
    leads = [row["id"] for row in made["_embedded"]["leads"]]
    assert await at.ids(f"/leads?{query}", "leads") == [leads[place] for place in expected]
