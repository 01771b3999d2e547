"""Lanes alone on a page: a few of them, and a crowd of dense ones."""

from random import Random
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.params import FromPath

from smena.activity.panel.rows import PersonRow, RowCell
from smena.web.templates import environment
from tests.web.site import make_site

CROWD = 500
FIXTURE = """<!doctype html><html lang="ru"><head><title>lanes</title>
<link rel="stylesheet" href="{{ static('web/kit.css') }}">
<link rel="stylesheet" href="{{ static('activity/panel.css') }}">
<script src="{{ static('activity/day-lane.js') }}" type="module"></script></head>
<body><div class="table-card day-card"><table class="table day-table">
<tbody>{% from "activity/_row.html" import person %}
{% for row in rows %}{{ person(row, {"axis_from": 29918580}, "2026-11-20") }}{% endfor %}
</tbody></table></div></body></html>"""


def specimen(number: int, runs: str) -> PersonRow:
    cell = RowCell("4 ч 47 мин", "64 % времени")
    name = f"Сотрудник {number}"
    return PersonRow(
        number, 1, name, "", True, "09:07–15:24", "", False, "", runs,
        f"{name}: активность 4 ч 47 мин", cell, cell, cell,
    )  # fmt: skip


@get("/", sync_to_thread=False)
def few() -> Response[str]:
    rows = [specimen(1, "30i12a1c50i9p120f60o"), specimen(2, "100a"), specimen(3, "")]
    return Response(environment().from_string(FIXTURE).render(rows=rows), media_type="text/html")


def dense(number: int) -> str:
    """Return 200 stretches of a twelve-hour day, as random as a day is."""
    random = Random(number)
    lengths = [random.choice((1, 2, 3, 4, 8)) for _ in range(199)]
    return "".join(f"{length}{'iaca'[n % 4]}" for n, length in enumerate(lengths)) + "30f"


@get("/many", sync_to_thread=False)
def many() -> Response[str]:
    rows = [specimen(number, dense(number)) for number in range(1, CROWD + 1)]
    return Response(environment().from_string(FIXTURE).render(rows=rows), media_type="text/html")


@get("/activity/lane/{user:int}/{minute:int}", sync_to_thread=False)
def hint(
    request: Request[Any, Any, Any], user: FromPath[int], minute: FromPath[int]
) -> Response[str]:
    if user == 2:
        return Response("", status_code=500)
    text = f"<p>подсказка {minute - 29918580}</p><p>{request.query_params['date']}</p>"
    return Response(text, media_type="text/html")


def lanes_app() -> Litestar:
    return make_site(routes=(few, many, hint))
