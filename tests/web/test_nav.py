from typing import Any

import pytest

from smena.web.nav import NavEntry, links
from tests.web.site import Http


def entry(path: str, *children: NavEntry, shown: bool = True) -> NavEntry:
    return NavEntry(path, lambda: path, children=children, shown=lambda _request: shown)


def at(path: str) -> Http:
    scope: Any = {"type": "http", "path": path, "headers": []}
    return Http(scope)


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/activity", True),
        ("/activity/day/7", True),
        ("/activities", False),
        ("/", False),
    ],
)
def test_the_section_of_a_page_is_marked(path: str, *, current: bool) -> None:
    (link,) = links([entry("/activity")], at(path))
    assert link.is_current is current


def test_the_front_door_is_not_everywhere() -> None:
    (link,) = links([entry("/")], at("/activity"))
    assert not link.is_current


def test_a_section_leads_to_its_first_open_page() -> None:
    closed, open_page = entry("/settings/people", shown=False), entry("/settings/sessions")
    (link,) = links([entry("/settings", closed, open_page)], at("/"))
    assert link.path == "/settings/sessions"
    assert [child.path for child in link.children] == ["/settings/sessions"]


def test_no_dead_links() -> None:
    empty = entry("/settings", entry("/settings/people", shown=False))
    assert links([empty, entry("/health", shown=False)], at("/")) == []


def test_a_group_is_open_on_each_of_its_pages_and_leads_to_its_first() -> None:
    pages = (entry("/settings/health"), entry("/settings/outbox"))
    group = NavEntry("/settings/connection", lambda: "amoCRM", children=pages)
    (section,) = links(
        [entry("/settings", group, entry("/settings/people"))], at("/settings/outbox")
    )
    assert [(child.path, child.is_current) for child in section.children] == [
        ("/settings/health", True),
        ("/settings/people", False),
    ]
    assert [page.is_current for page in section.children[0].children] == [False, True]
