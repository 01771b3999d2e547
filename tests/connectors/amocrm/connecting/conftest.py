"""Nothing is connected yet: a browser of a stranger, and one of the installation's operator."""

from collections.abc import AsyncIterator

import pytest

from smena.access import actions as people
from smena.access import pages as access
from smena.access.model import NewPerson
from smena.connectors.amocrm.connecting.pages import connection
from smena.kernel.db import Database
from tests.access.cast import MARINA_MAIL, PASSWORD
from tests.connectors.amocrm.connecting.browsing import Browsing
from tests.connectors.amocrm.stand import stand
from tests.web.site import make_site, visitor


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Browsing]:
    """Nothing is connected yet."""
    async with stand(db, history_days=1) as made:
        app = make_site(
            routes=[*access.ROUTES, *connection.ROUTES],
            db=db,
            clock=made.clock,
            vault=made.service.vault,
            services={"amocrm": made.service, "inbox": made.inbox},
            middleware=access.MIDDLEWARE,
        )
        async with visitor(app) as browser:
            yield Browsing(made, browser)


@pytest.fixture
async def marina(desk: Browsing) -> Browsing:
    new = NewPerson(MARINA_MAIL, "Марина", password=PASSWORD, is_operator=True)
    await people.add_person(desk.made.db, new, desk.made.clock.now())
    await desk.sign_in()
    return desk
