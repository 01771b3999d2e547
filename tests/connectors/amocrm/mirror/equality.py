"""Whether the mirror equals the CRM, row by row: the one place that says so.

`compare(made)` asks it of a stand, `differences(db, account, url, token)` of any account. Both
return sentences; none means that they are equal.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Self

import httpx2

from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from tests.connectors.amocrm.account import ACCOUNT, TOKEN
from tests.connectors.amocrm.mirror import cards, details
from tests.connectors.amocrm.mirror.details import Rows
from tests.connectors.amocrm.stand import Stand
from tests.patience import patience

SHOWN_MAX = 30
TOO_MANY = 429
CRM = {**cards.CRM, **details.CRM}
MIRROR = {**cards.MIRROR, **details.MIRROR}


async def compare(made: Stand, *, but: Collection[str] = ()) -> list[str]:
    """Return what differs between the stand's account and its mirror."""
    return await differences(made.db, ACCOUNT, made.emulator.url, TOKEN, but=but)


async def differences(
    db: Database,
    account: AccountId,
    url: str,
    token: str,
    *,
    since: int = 0,
    but: Collection[str] = (),
) -> list[str]:
    """Return what differs; events and calls before `since` (Unix seconds) are not expected.

    `but` names kinds of which only the keys are compared.
    """
    async with _Reader(url, token) as reader:
        crm = {name: await read(reader, since) for name, read in CRM.items()}
    async with db.tenant(account) as tx:
        mirror = {name: await read(tx, since) for name, read in MIRROR.items()}
    for name in but:
        crm[name], mirror[name] = dict.fromkeys(crm[name], ()), dict.fromkeys(mirror[name], ())
    found = [line for name in CRM for line in _compare(name, mirror[name], crm[name])]
    return found[:SHOWN_MAX] + ([f"... {len(found)} in all"] if len(found) > SHOWN_MAX else [])


def _compare(name: str, mirror: Rows, crm: Rows) -> Iterator[str]:
    for key in sorted(crm.keys() - mirror.keys(), key=str):
        yield f"{name} {key} is missing in the mirror: {crm[key]}"
    for key in sorted(mirror.keys() - crm.keys(), key=str):
        yield f"{name} {key} is not in the CRM: {mirror[key]}"
    for key in sorted(mirror.keys() & crm.keys(), key=str):
        if mirror[key] != crm[key]:
            yield f"{name} {key}: mirror {mirror[key]}, CRM {crm[key]}"


class _Reader:
    """The CRM's own API, read plainly."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx2.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=patience(),
            trust_env=False,
            verify=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._http.aclose()

    async def get(self, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        for _ in range(200):
            answer = await self._http.get(f"/api/v4/{path}", params=dict(params))
            if answer.status_code == TOO_MANY:
                await asyncio.sleep(0.2)
                continue
            return answer.json() if answer.content else {}
        raise AssertionError("the CRM does not answer")

    async def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        root, page = path.rpartition("/")[2], 1
        rows: list[dict[str, Any]] = []
        while True:
            whole = await self.get(path, {"limit": 250, **params, "page": page})
            rows += (whole.get("_embedded") or {}).get(root) or []
            if "next" not in whole.get("_links", {}):
                return rows
            page += 1
