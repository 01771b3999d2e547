"""The switches of the emulator that a request came to."""

from litestar import Request
from litestar.datastructures import State

from amocrm_emulator.account.switches import Switches


def switches(request: "Request[object, object, State]") -> Switches:
    found: Switches = request.app.state.switches
    return found
