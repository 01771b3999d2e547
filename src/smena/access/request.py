"""The request as pages see it: who looks, at which account, in which transaction, at what moment.

Litestar makes one of these for each request, because `create_app` is told so; a handler only names
the class. What a page needs beside it is an argument of the page.
"""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, TypeVar

from litestar import Request

from smena.access import queries
from smena.access.model import Viewer
from smena.kernel.clock import Clock
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId

Service = TypeVar("Service")


class PageRequest(Request[Any, Any, Any]):
    """A request to a page behind the guard."""

    @property
    def viewer(self) -> Viewer:
        """Who looks; raises LookupError on a page that is open to strangers."""
        return queries.viewer(self)

    @property
    def account(self) -> AccountId:
        """The account that is looked at; raises LookupError where the viewer has none."""
        return queries.account_of(self)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def clock(self) -> Clock:
        found: Clock = self.app.state.clock
        return found

    @property
    def db(self) -> Database:
        found: Database = self.app.state.db
        return found

    def tenant(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction of the account that is looked at."""
        return self.db.tenant(self.account)

    def service(self, kind: type[Service]) -> Service:
        """Return the installation's service of this kind; raises LookupError without one."""
        services = self.app.state.services.values()
        found = next((one for one in services if isinstance(one, kind)), None)
        if found is None:
            raise LookupError(f"there is no {kind.__name__} here")
        return found
