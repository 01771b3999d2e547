"""Who is told of a lead."""

from litestar import get
from litestar.params import FromPath

from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    Http,
    listing,
    nothing,
)
from amocrm_emulator.serving.api.kit.caller import caller
from amocrm_emulator.serving.api.kit.seeing import visible


@get("/api/v4/leads/{number:int}/subscriptions")
async def subscriptions(request: Http, number: FromPath[int]) -> Answer:
    """List who is told of a lead: its responsible user."""
    who, query = caller(request), queries.of(request)
    lead = visible(who, "leads", number)
    if lead is None:
        return nothing()
    rows = [{"subscriber_id": lead["responsible_user_id"], "type": "user"}]
    totals = {"_total_items": 1, "_page_count": 1}
    return listing(request, "subscriptions", rows, query, has_next=False, totals=totals)
