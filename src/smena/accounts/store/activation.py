"""The rows of activations: each one stays, so that it is known who agreed to what, and when."""

from smena.accounts.model import Activation
from smena.kernel.db import Tx

GIVE = """
INSERT INTO account_activation (account_id, version, name, phone, role, given_by, given_email,
                                given_at)
VALUES (:account, :version, :name, :phone, :role, :person, :email, :at)
ON CONFLICT DO NOTHING
"""


async def give(tx: Tx, given: Activation) -> None:
    await tx.run(
        GIVE,
        account=tx.account,
        version=given.version,
        name=given.contact.name,
        phone=given.contact.phone,
        role=given.contact.role,
        person=given.giver.person,
        email=given.giver.email,
        at=given.given_at,
    )
