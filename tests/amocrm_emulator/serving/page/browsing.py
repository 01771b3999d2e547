"""A person at the page: sends forms as a browser does."""

import httpx2

from tests.amocrm_emulator.place import Place


async def send(at: Place, path: str, **form: str) -> httpx2.Response:
    """Send a form of the page."""
    return await at.http.post(f"/page/{path}", data=form, headers={"Origin": at.emulator.url})


async def done(at: Place, path: str, **form: str) -> str:
    """Send a form that must be taken; return where it leads."""
    answer = await send(at, path, **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def seen(at: Place, path: str) -> str:
    """Open a page that must be there."""
    answer = await at.http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text
