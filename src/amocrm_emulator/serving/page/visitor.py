"""Who looks at the page: from this machine, in a language, acting as somebody of the account."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import ROBOT
from amocrm_emulator.serving.api.control.general import LOOPBACK
from amocrm_emulator.serving.api.kit.answers import ApiRefusal, Http
from amocrm_emulator.serving.page.words import _
from amocrm_emulator.team.acting import INTEGRATION

LANGUAGE, WHO = "emulator_language", "emulator_who"
AS_INTEGRATION = "integration"
_LOCAL = {"127.0.0.1", "localhost", "::1"}
_OF_THE_PLATFORM = (".localhost", ".amocrm.ru", ".amocrm.com", ".kommo.com")

Connection = ASGIConnection[Any, Any, Any, Any]


def only_here(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Answer this machine only, under names that no stranger's page can take.

    A site that somebody visits could point its own name at 127.0.0.1 and read what is here.
    """
    client = connection.client
    if client is not None and client.host not in LOOPBACK:
        raise ApiRefusal(403, _("Страница отвечает только этому компьютеру."))
    crm: Crm = connection.app.state.crm
    host = _name(f"//{connection.headers.get('host', '')}")
    own = {_name(f"//{given}") for given in (crm.oauth.host, crm.oauth.rules.public_host) if given}
    if host not in _LOCAL | own and not host.endswith(_OF_THE_PLATFORM):
        raise ApiRefusal(403, _("Под этим именем страница не отвечает."))


def same_site(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Refuse forms that another site sends: browsers name where a form comes from."""
    if connection.scope.get("method") != "POST":
        return
    origin = connection.headers.get("origin")
    site = connection.headers.get("sec-fetch-site", "same-origin")
    is_foreign = origin is not None and urlsplit(origin).netloc != connection.headers.get("host")
    if is_foreign or site not in {"same-origin", "none"}:
        raise ApiRefusal(403, _("Форма пришла с другого сайта."))


@dataclass(frozen=True, slots=True)
class Actor:
    """Whose hand acts: a person's, the robot's, or the integration's under its owner."""

    crm: Crm
    who: int
    is_integration: bool

    @property
    def choice(self) -> str:
        return AS_INTEGRATION if self.is_integration else str(self.who)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Let the events of the block carry the mark of the integration, if it is one."""
        if not self.is_integration:
            yield
            return
        with self.crm.work.acting_through(INTEGRATION):
            yield


def actor(request: Http) -> Actor:
    """Return the chosen hand; without a choice it is the owner of the account."""
    crm: Crm = request.app.state.crm
    chosen = request.cookies.get(WHO, "")
    if chosen == AS_INTEGRATION:
        return Actor(crm, crm.people.owner(), is_integration=True)
    number = int(chosen) if chosen.isascii() and chosen.isdigit() else -1
    is_known = number == ROBOT or crm.people.users.get(number, {}).get("is_active")
    return Actor(crm, number if is_known else crm.people.owner(), is_integration=False)


def back(given: str) -> str:
    """Return a path of this page to go back to, never an address elsewhere."""
    parts = urlsplit(given)
    is_own = parts.path.startswith("/") and not given.startswith("//") and "\\" not in given
    return parts._replace(scheme="", netloc="").geturl() if is_own else "/"


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
