"""Integrations and tokens as a page shows them: whose, how many, never whole."""

from dataclasses import dataclass

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.oauth.core.model import OAuthIntegration

TAIL = 4


@dataclass(frozen=True, slots=True)
class ShownIntegration:
    """An integration with how many access tokens of it are alive."""

    one: OAuthIntegration
    alive: int
    hooks: int


def integrations(crm: Crm) -> list[ShownIntegration]:
    now = crm.clock.now()
    alive = dict(
        crm.store.rows(
            "SELECT client_id, count(*) FROM oauth_access WHERE expires_at > ? GROUP BY client_id",
            now,
        )
    )
    hooks = dict(crm.store.rows("SELECT client_id, count(*) FROM hook_owner GROUP BY client_id"))
    return [
        ShownIntegration(one, alive.get(one.client_id, 0), hooks.get(one.client_id, 0))
        for one in crm.oauth.registry.integrations()
    ]


def plain_tokens(crm: Crm) -> list[tuple[str, int]]:
    """Return the tokens that the emulator was started with, all but their ends hidden."""
    return [(f"…{token[-TAIL:]}", user) for token, user in crm.people.tokens.items()]


def names(crm: Crm) -> dict[str, str]:
    """Return the clients by the names under which requests are counted."""
    people = {str(number): str(user["name"]) for number, user in crm.people.users.items()}
    return people | {one.client_id: one.name for one in crm.oauth.registry.integrations()}
