"""`smena doctor` tells how each account lives, and fails when one needs a hand."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from smena.app import commands
from smena.connectors.amocrm.connecting import access
from smena.kernel.db import Database
from smena.kernel.i18n import use
from smena.kernel.settings import Settings
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.stand import stand
from tests.connectors.amocrm.team import Team

pytestmark = pytest.mark.anyio


async def told(db_url: str, folder: Path) -> tuple[bool, str]:
    settings = Settings(data_dir=folder, database_url=db_url, secret_key="s" * 40)
    page = io.StringIO()
    is_well = await commands.doctor(settings, Console(file=page, width=200))
    return is_well, page.getvalue()


async def test_doctor(db: Database, db_url: str, tmp_path: Path) -> None:
    is_well, text = await told(db_url, tmp_path)
    assert is_well
    assert "Аккаунтов нет" in text
    async with stand(db, history_days=1) as made:
        Team(made, 1).begin()
        await made.connect()
        await made.load()
        await made.step()
        is_well, text = await told(db_url, tmp_path)
        assert is_well, text
        assert "Проба" in text
        assert "Последний опрос" in text
        async with db.system() as tx:
            await tx.run(
                "UPDATE amocrm_connection SET complete_until = :at",
                at=made.clock.now() - timedelta(hours=1),
            )
        is_well, text = await told(db_url, tmp_path)
        assert not is_well
        assert "Данные отстают" in text
        assert "Проверьте, что Смена запущена" in text
        async with db.tenant(ACCOUNT) as tx:
            await access.access_lost(tx, 401, made.clock.now())
        with use("en"):
            _is_well, text = await told(db_url, tmp_path)
        assert "the token: it was revoked or has expired" in text
        assert not re.search("[а-яё]", text.replace("Проба", "")), text
