"""Ways in which accounts and shards of the platform differ, set for a running emulator."""

from dataclasses import dataclass

from litestar import Request
from litestar.datastructures import State

EVENTS_MAX = 100


@dataclass(slots=True)
class Switches:
    """`events_max`: 100 on amocrm.ru, 250 on Kommo. `has_filters`: the account's paid option."""

    events_max: int = EVENTS_MAX
    has_filters: bool = True


def switches(request: "Request[object, object, State]") -> Switches:
    found: Switches = request.app.state.switches
    return found
