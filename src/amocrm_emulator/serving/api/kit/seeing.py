"""What a request may see and touch: the rights of the user it acts for, as refusals and as SQL."""

from collections.abc import Mapping
from typing import Any

from amocrm_emulator.account.core.kinds import CARDS
from amocrm_emulator.account.core.rights import ALL, GROUP, OWN, RightsHolder
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.answers import ApiRefusal
from amocrm_emulator.serving.api.kit.caller import Caller
from amocrm_emulator.serving.api.kit.lists import Where

DENIED = "Недостаточно прав"


def viewer(who: Caller) -> RightsHolder:
    """Return on whose behalf a request acts."""
    user = who.crm.people.users[who.user]
    rights = who.crm.people.rights_of(who.user)
    return RightsHolder(who.user, int(user["group"]), bool(user["is_admin"]), rights)


def require(who: Caller, action: str, kind: str, card: Mapping[str, Any]) -> None:
    """Refuse an action on a card that the user may not do."""
    if not viewer(who).may(action, kind, card):
        raise ApiRefusal(403, DENIED)


def require_add(who: Caller, kind: str) -> None:
    if not viewer(who).may_add(kind):
        raise ApiRefusal(403, DENIED)


def visible(who: Caller, kind: str, number: int) -> Doc | None:
    """Return a card that the user may see; hidden ones look absent."""
    doc = who.crm.store.entity(kind, number)
    return doc if doc is not None and may_see(who, kind, doc) else None


def may_see(who: Caller, kind: str, doc: Mapping[str, Any]) -> bool:
    return kind not in CARDS or viewer(who).may("view", kind, doc)


def only_visible(where: Where, who: Caller, kind: str, alias: str = "entity") -> None:
    """Add to a list of cards that the user may see them."""
    found = viewer(who)
    if found.is_admin:
        return
    general, params = _condition(who, found.letter(kind, "view"), alias)
    cases: list[str] = []
    values: list[object] = []
    for pipeline, status, rights in found.stages() if kind == "leads" else ():
        if "view" in rights:
            own, more = _condition(who, str(rights["view"]), alias)
            cases.append(f"WHEN {alias}.pipeline = ? AND {alias}.status = ? THEN {own}")
            values += [pipeline, status, *more]
    if cases:
        where.add(f"CASE {' '.join(cases)} ELSE {general} END", *values, *params)
    elif general != "1":
        where.add(general, *params)


def sees_all(who: Caller) -> bool:
    """Tell whether nothing is hidden from the user: the common case, without further SQL."""
    found = viewer(who)
    is_wide = all(found.letter(kind, "view") == ALL for kind in CARDS)
    return found.is_admin or (is_wide and not found.stages())


def only_of_visible(
    where: Where, who: Caller, kind: str, number: str, names: Mapping[str, str]
) -> None:
    """Add to a list of things about cards that the card is seen.

    `kind` and `number` are the columns that tell the card, `names` how kinds are told there.
    """
    if sees_all(who):
        return
    parts: list[str] = []
    params: list[object] = []
    for plural in CARDS:
        inner = Where(["card.kind = ?", f"card.id = {number}"], [plural])
        only_visible(inner, who, plural, "card")
        parts.append(
            f"({kind} = ? AND EXISTS (SELECT 1 FROM entity AS card WHERE {inner}))"  # noqa: S608
        )
        params += [names[plural], *inner.params]
    known = [names[plural] for plural in CARDS]
    others = f"{kind} IS NULL OR {kind} NOT IN ({','.join('?' * len(known))})"
    where.add(f"({others} OR {' OR '.join(parts)})", *known, *params)


def only_of_visible_cards(where: Where, who: Caller) -> None:
    """Add to a list of tasks or notes that their cards are seen."""
    names = {kind: kind for kind in CARDS}
    only_of_visible(where, who, "entity.parent_kind", "entity.parent", names)


def sees_card(who: Caller, task: Mapping[str, Any]) -> bool:
    """Tell whether the card of a task is seen; a task without one is."""
    kind, number = task["entity_type"], task["entity_id"]
    card = who.crm.store.entity(kind, number) if kind in CARDS and number else None
    return card is None or may_see(who, kind, card)


def _condition(who: Caller, letter: str, alias: str) -> tuple[str, list[object]]:
    if letter == ALL:
        return "1", []
    if letter == OWN:
        return f"{alias}.responsible = ?", [who.user]
    if letter == GROUP:
        group = who.crm.people.users[who.user]["group"]
        people = [user["id"] for user in who.crm.people.users.values() if user["group"] == group]
        return f"{alias}.responsible IN ({','.join('?' * len(people))})", [*people]
    return "0", []
