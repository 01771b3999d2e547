"""The tokens' column of F7 and F8: a pair is renewed, or people are told in time (I8).

Crashes and kills amid a renewal (F11) are in `test_tokens`.
"""

from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
import stamina

from smena.accounts import queries as accounts
from smena.connectors.amocrm.api.core.listing import users
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.consent import consent, grow_old, kept, newest_refresh
from tests.connectors.amocrm.stand import Stand, stand
from tests.faults.trouble import F7, F8, PATIENCE_SECONDS, Trouble, end, rows, strike

pytestmark = pytest.mark.anyio

ROWS = [one for one in (*F7, *F8) if not one.is_of_writes and one.line["kind"] != "expire"]


@pytest.mark.parametrize("trouble", rows(*ROWS))
async def test_a_renewal_in_trouble(db: Database, trouble: Trouble) -> None:
    """The work goes on with the old access token, whatever the endpoint of tokens answers."""
    async with (
        stand(db, history_days=0) as made,
        httpx2.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False, verify=False) as http,
    ):
        made.service = replace(made.service, http=http)
        await consent(made)
        await grow_old(made)
        with stamina.set_testing(True, attempts=2, cap=True):
            strike(made, trouble, path="/oauth2/access_token", times=1)
            await works_or_is_told(made)
            assert end(made) == 1
            made.clock.offset += timedelta(minutes=2)
            await works_or_is_told(made)


async def works_or_is_told(made: Stand) -> None:
    """Prove that amoCRM is read, and that a pair that is no longer its newest is known as lost."""
    client = await made.service.client(made.db, made.clock, ACCOUNT)
    assert (await client.list_page(users())).items
    await made.service.settle()
    pair = await kept(made)
    if pair.lost_at is None:
        assert pair.refresh in newest_refresh(made) or pair.retry_at is not None
        return
    assert pair.trouble == "lost_answer"
    async with made.db.tenant(ACCOUNT) as tx:
        assert "потерялся" in (await accounts.account(tx)).state_reason
