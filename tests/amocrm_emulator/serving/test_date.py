"""Each answer says what time it is for the account, also when its clock was moved."""

from email.utils import parsedate_to_datetime

import httpx2
import pytest

from amocrm_emulator.account.clock import ManualClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.server import Emulator
from tests.amocrm_emulator.place import SPEC

pytestmark = pytest.mark.anyio
MOMENT = 1_790_000_000


async def test_the_date_is_the_accounts() -> None:
    clock = ManualClock(MOMENT)
    crm = Crm.create(None, SPEC, clock)
    async with (
        Emulator(crm) as emulator,
        httpx2.AsyncClient(trust_env=False, base_url=emulator.url) as client,
    ):
        for hours in (0, 72):
            clock.moment = MOMENT + hours * 3600
            answer = await client.get("/api/v4/account")
            told = parsedate_to_datetime(answer.headers["Date"])
            assert told.timestamp() == clock.moment
    crm.close()
