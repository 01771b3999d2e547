from typing import Any

import pytest

from amocrm_emulator.account.core.rights import RightsHolder, everything, settled

ANNA, BORIS = 2, 3
OWN = {"responsible_user_id": ANNA, "group_id": 501, "pipeline_id": 700, "status_id": 142}
OF_GROUP = OWN | {"responsible_user_id": BORIS}
STRANGE = {"responsible_user_id": 9, "group_id": None, "pipeline_id": 700, "status_id": 1}


def anna(**rights: Any) -> RightsHolder:
    return RightsHolder(ANNA, 501, is_admin=False, rights=settled(rights))


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        ("A", [True, True, True]),
        ("G", [True, True, False]),
        ("M", [True, False, False]),
        ("D", [False, False, False]),
    ],
)
def test_letters(letter: str, expected: list[bool]) -> None:
    viewer = anna(leads={"view": letter})
    seen = [viewer.may("view", "leads", card) for card in (OWN, OF_GROUP, STRANGE)]
    assert seen == expected


def test_a_stage_narrows_or_widens() -> None:
    place = {"entity_type": "leads", "pipeline_id": 700, "status_id": 142}
    narrow = anna(status_rights=[place | {"rights": {"view": "D"}}])
    assert not narrow.may("view", "leads", OWN)
    assert narrow.may("view", "leads", STRANGE)
    assert narrow.may("edit", "leads", OWN), "only what the stage names is changed"
    wide = anna(leads={"view": "D"}, status_rights=[place | {"rights": {"view": "A"}}])
    assert wide.may("view", "leads", OWN)
    assert not wide.may("view", "leads", STRANGE)
    assert narrow.may("view", "contacts", OWN)


def test_administrators_may_everything() -> None:
    admin = RightsHolder(1, 0, is_admin=True, rights=settled({"leads": {"view": "D", "add": "D"}}))
    assert admin.may("delete", "leads", STRANGE)
    assert admin.may_add("leads")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"view": "M"}, {"view": "M", "edit": "M", "delete": "M", "export": "M"}),
        ({"edit": "G"}, {"view": "A", "edit": "G", "delete": "G", "export": "A"}),
        ({"view": "G", "edit": "D"}, {"edit": "D", "delete": "D", "export": "G"}),
        ({"view": "D"}, {"edit": "D", "delete": "D", "export": "D", "add": "A"}),
    ],
)
def test_an_action_is_no_wider_than_what_it_needs(
    given: dict[str, str], expected: dict[str, str]
) -> None:
    rights = settled({"leads": given})["leads"]
    assert {name: rights[name] for name in expected} == expected


def test_what_is_not_given_stays() -> None:
    base = settled({"leads": {"view": "G"}, "mail_access": True})
    assert settled({"contacts": {"view": "M"}}, base)["leads"]["view"] == "G"
    assert settled({}, base)["mail_access"] is True
    assert settled({}) == everything()
