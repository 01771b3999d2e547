"""The rows of activations: each one stays, so that it is known who agreed to what, and when."""

from smena.accounts.model import AccountState, Activation, Contact, Giver, Module, Standing
from smena.kernel.db import Tx

GIVE = """
INSERT INTO account_activation (account_id, version, name, phone, role, given_by, given_email,
                                given_at)
VALUES (:account, :version, :name, :phone, :role, :person, :email, :at)
ON CONFLICT DO NOTHING
"""

LATEST = """
SELECT version, name, phone, role, given_by, given_email, given_at FROM account_activation
 WHERE account_id = :account ORDER BY version DESC, given_at DESC LIMIT 1
"""

STANDING = """
SELECT a.name, a.state, a.state_reason, a.language,
       ARRAY(SELECT m.module FROM account_module m
              WHERE m.account_id = a.id AND NOT m.is_on) AS modules_off,
       (SELECT max(g.version) FROM account_activation g WHERE g.account_id = a.id) AS version
  FROM account a WHERE a.id = :account
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


async def latest(tx: Tx) -> Activation | None:
    row = await tx.row(LATEST, account=tx.account)
    if row is None:
        return None
    contact = Contact(row.name, row.phone, row.role)
    return Activation(row.version, contact, Giver(row.given_by, row.given_email), row.given_at)


async def standing(tx: Tx) -> Standing:
    row = await tx.row(STANDING, account=tx.account)
    if row is None:
        raise LookupError(f"account {tx.account} is not known")
    return Standing(
        row.name,
        AccountState(row.state),
        row.state_reason,
        row.version,
        row.language,
        frozenset(Module(name) for name in row.modules_off if name in set(Module)),
    )
