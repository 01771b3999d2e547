"""Who may do what with whose cards. Pure: rights, a viewer and a card in, yes or no out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Doc = dict[str, Any]

ALL, GROUP, OWN, DENIED = "A", "G", "M", "D"
LETTERS = (ALL, GROUP, OWN, DENIED)
ACTIONS = ("view", "edit", "add", "delete", "export")
OF_TASKS = ("edit", "delete")
KINDS = ("leads", "contacts", "companies")
_WIDTH = {DENIED: 0, OWN: 1, GROUP: 2, ALL: 3}
# An action is never wider than those it needs.
_NEEDS = {"edit": ("view",), "delete": ("view", "edit"), "export": ("view",)}


def everything() -> Doc:
    """Return rights that deny nothing."""
    return {
        **{kind: dict.fromkeys(ACTIONS, ALL) for kind in KINDS},
        "tasks": dict.fromkeys(OF_TASKS, ALL),
        "mail_access": False,
        "catalog_access": False,
        "status_rights": None,
    }


def settled(given: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> Doc:
    """Return rights with what a client gave, each action as narrow as what it needs."""
    rights = everything() if base is None else {**everything(), **base}
    for kind in (*KINDS, "tasks"):
        actions = {**rights[kind], **(given.get(kind) or {})}
        for action, needs in _NEEDS.items():
            for need in needs:
                if action in actions and need in actions:
                    actions[action] = min(actions[action], actions[need], key=_width)
        rights[kind] = actions
    for name in ("mail_access", "catalog_access", "status_rights"):
        if name in given:
            rights[name] = given[name]
    return rights


def _width(letter: str) -> int:
    return _WIDTH.get(letter, 0)


@dataclass(frozen=True, slots=True)
class RightsHolder:
    """On whose behalf a request acts, and what they may."""

    user: int
    group: int
    is_admin: bool
    rights: Mapping[str, Any]

    def letter(self, kind: str, action: str, card: Mapping[str, Any] | None = None) -> str:
        """Return how wide an action is for a kind; a lead's stage may say otherwise."""
        if self.is_admin:
            return ALL
        if kind == "leads" and card is not None:
            place = (card.get("pipeline_id"), card.get("status_id"))
            for pipeline, status, rights in self.stages():
                if place == (pipeline, status) and action in rights:
                    return str(rights[action])
        return str(self.rights.get(kind, {}).get(action, ALL))

    def stages(self) -> list[tuple[int, int, Mapping[str, str]]]:
        """Return the rights that stages of leads have of their own."""
        return [
            (int(row["pipeline_id"]), int(row["status_id"]), row["rights"])
            for row in self.rights.get("status_rights") or ()
            if row.get("entity_type", "leads") == "leads"
        ]

    def may(self, action: str, kind: str, card: Mapping[str, Any]) -> bool:
        """Tell whether an action is allowed on a card, by its responsible user."""
        letter = self.letter(kind, action, card)
        responsible = card.get("responsible_user_id")
        if letter == ALL:
            return True
        if letter == GROUP:
            return responsible == self.user or (card.get("group_id") or 0) == self.group
        return letter == OWN and responsible == self.user

    def may_add(self, kind: str) -> bool:
        return self.letter(kind, "add") != DENIED
