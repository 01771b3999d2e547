"""Where a card opens in the CRM's own screens; amoCRM and Kommo have the same addresses."""

from smena.crm.model.entities import EntityKind

_FOLDERS = {
    EntityKind.LEAD: "leads",
    EntityKind.CONTACT: "contacts",
    EntityKind.COMPANY: "companies",
    EntityKind.CUSTOMER: "customers",
}


def card_url(base_url: str, kind: EntityKind | None, number: int) -> str:
    """Return the address of a card, empty for what has none: a task has no page of its own."""
    folder = _FOLDERS.get(kind) if kind else None
    return f"{base_url}/{folder}/detail/{number}" if folder else ""
