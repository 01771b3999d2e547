"""An account of the stand that is connected by a consent: an integration, a grant, short lives."""

from datetime import timedelta

from amocrm_emulator.account.oauth.authority import NewIntegration
from amocrm_emulator.account.oauth.core.model import OAuthIntegration as Known
from smena.connectors.amocrm.connecting import connect
from smena.connectors.amocrm.connecting.connect import CodeRequest
from smena.connectors.amocrm.model import Connected, Integration, NotConnected
from smena.connectors.amocrm.tokens.core.refresh import Tokens
from smena.connectors.amocrm.tokens.store import tokens
from tests.connectors.amocrm.account import ACCOUNT, BOSS
from tests.connectors.amocrm.stand import Stand

CLIENT = "3f1c9a52-0000-4000-8000-1c2d3e4f5a6b"
SECRET = "S3cr3t-of-the-integration"
BACK = "https://smena.example/oauth/amocrm"
OURS = Integration(CLIENT, SECRET, BACK)


def integrate(made: Stand, *, back: str = BACK, disable_url: str = "") -> Known:
    """Make the integration in amoCRM, as its administrator does."""
    new = NewIntegration("Смена", back, disable_url, CLIENT, SECRET)
    return made.crm.oauth.create(new)


def code(made: Stand, user: int = BOSS) -> str:
    """Agree in amoCRM; the code is good for once."""
    known = made.crm.oauth.registry.integration(CLIENT)
    assert known is not None
    return made.crm.oauth.grant(known, user)


async def connect_by_code(
    made: Stand, given: str, *, integration: Integration = OURS, through: str | None = None
) -> Connected | NotConnected:
    asked = CodeRequest(through or made.emulator.url, integration, given, None, 0, 0)
    return await connect.connect_by_code(made.db, made.clock, made.service, asked)


async def consent(made: Stand, through: str | None = None) -> None:
    """Connect the stand's account by a consent."""
    integrate(made)
    found = await connect_by_code(made, code(made), through=through)
    assert isinstance(found, Connected), found


async def kept(made: Stand) -> Tokens:
    async with made.db.tenant(ACCOUNT) as tx:
        found = await tokens.one(tx, made.service.vault)
    assert found is not None
    return found


async def grow_old(made: Stand, hours: float = 23.5) -> None:
    """Let our stored pair be so much older; amoCRM still takes its access token."""
    async with made.db.tenant(ACCOUNT) as tx:
        await tx.run(
            "UPDATE amocrm_token SET issued_at = issued_at - CAST(:by AS interval),"
            " expires_at = expires_at - CAST(:by AS interval) WHERE account_id = :account",
            account=ACCOUNT, by=timedelta(hours=hours),
        )  # fmt: skip


def spend_access(made: Stand) -> None:
    """Let all access tokens be over at amoCRM; refresh tokens stay good."""
    made.crm.store.run("UPDATE oauth_access SET expires_at = 1")


def newest_refresh(made: Stand) -> set[str]:
    """Return the refresh tokens that amoCRM would take."""
    rows = made.crm.store.rows("SELECT token FROM oauth_refresh WHERE is_spent = 0")
    return {row[0] for row in rows}
