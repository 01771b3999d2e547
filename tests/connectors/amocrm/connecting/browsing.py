"""A browser in front of the installation of a stand, for the pages of the connection."""

from dataclasses import dataclass

import httpx2

from tests.access.cast import MARINA_MAIL, PASSWORD
from tests.connectors.amocrm.stand import Stand
from tests.web.test_page import token_in

PATH = "/settings/connection"
SESSIONS = "/settings/sessions"


@dataclass(slots=True)
class Browsing:
    """A browser in front of the installation of a stand."""

    made: Stand
    browser: httpx2.AsyncClient

    async def send(self, path: str, *, seen: str = PATH, **form: str) -> httpx2.Response:
        """Send a form with the token of a page that was seen before."""
        page = await self.browser.get(seen, follow_redirects=True)
        form["_csrf_token"] = token_in(page.text)
        return await self.browser.post(path, data=form, follow_redirects=True)

    async def sign_in(self) -> None:
        data = {"email": MARINA_MAIL, "password": PASSWORD, "next": SESSIONS}
        answer = await self.send("/sign-in", **data)
        assert answer.status_code == 200
