"""What an account gets the moment it is connected: usual hours, an administrator, a session.

A composition of `staff` and `access`. It stands here and not in `app`, because the pages of a
connector call it, and beside no connector, because all of them do. The first half is done in the
very transaction that connects the account: there is no account that nobody may set up, and no
administrator of an account that is not there. The session comes last, when the other side has been
asked for everything: it ends the browser's old one, so its token has to reach the browser at once.
"""

from dataclasses import replace
from datetime import datetime

from smena.access import actions as access
from smena.access.model import AddedPerson
from smena.connectors.kit.model import Founder, Onboarded, SignedInFounder
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from smena.staff import actions as staff


async def settle(tx: Tx, founder: Founder | None, now: datetime) -> Onboarded:
    """Give the account of this transaction its hours and its administrator. Repeating is safe."""
    await staff.ensure_default(tx)
    match founder:
        case None:
            return Onboarded()
        case SignedInFounder(viewer):
            if viewer.account == tx.account:
                return Onboarded(viewer.person_id)
            async with tx.as_system() as system:
                refused = await access.join_as_admin(system, tx.account, viewer.person_id, now)
            return Onboarded(viewer.person_id if refused is None else None, refused)
    async with tx.as_system() as system:
        added = await access.admit(system, replace(founder, account=tx.account), now)
    return Onboarded(added.person_id) if isinstance(added, AddedPerson) else Onboarded(None, added)


async def open_session(
    db: Database, onboarded: Onboarded, founder: Founder | None, account: AccountId, now: datetime
) -> Onboarded:
    """Let the founder's browser look at the account; one that was signed out meanwhile stays so."""
    if not isinstance(founder, SignedInFounder) or founder.viewer.account == account:
        return onboarded
    session = await access.switch_account(db, founder.viewer, founder.token, account, now)
    return replace(onboarded, session=session)
