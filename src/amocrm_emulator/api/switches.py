"""Ways in which accounts and shards of the platform differ, set for a running emulator."""

from dataclasses import dataclass

from litestar import Request
from litestar.datastructures import State

EVENTS_MAX = 100
FLAGS = ("has_filters", "names_fields", "refuses_items", "merges_duplicates", "has_customers")


@dataclass(slots=True)
class Switches:
    """`events_max`: 100 on amocrm.ru, 250 on Kommo. `has_filters`: the account's paid option.

    `names_fields`: an event of a custom field names it in its type (custom_field_7_value_changed).
    `refuses_items`: one wrong item of a batch is refused alone, not with the whole batch.
    `merges_duplicates`: the control of duplicates works for leads added with their contact.
    `has_customers`: the account's feature of repeated sales.
    """

    events_max: int = EVENTS_MAX
    has_filters: bool = True
    names_fields: bool = False
    refuses_items: bool = False
    merges_duplicates: bool = False
    has_customers: bool = False


def switches(request: "Request[object, object, State]") -> Switches:
    found: Switches = request.app.state.switches
    return found
