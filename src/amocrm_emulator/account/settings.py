"""The account's own line: its name, its zone, its address, and how it differs from others."""

from datetime import datetime
from zoneinfo import ZoneInfo

from amocrm_emulator.account.store import Doc, Store
from amocrm_emulator.account.switches import Switches


class AccountSettings:
    """What is set once for a whole account; `base_url` is where clients reach it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.switches = Switches()
        self.reload()
        self.base_url = f"https://{self.subdomain}.amocrm.ru"

    def reload(self) -> None:
        """Forget what was not committed; switches and the address are of the running emulator."""
        self.doc: Doc = self._store.meta("account")
        self.zone = ZoneInfo(self.doc["time_zone"])

    @property
    def id(self) -> int:
        return int(self.doc["id"])

    @property
    def subdomain(self) -> str:
        return str(self.doc["subdomain"])

    @property
    def hook_zone(self) -> ZoneInfo:
        """Return whose clock the texts in webhooks follow."""
        return ZoneInfo(self.switches.hook_zone) if self.switches.hook_zone else self.zone

    def offset(self, now: int) -> str:
        """Return the account's distance from UTC at a moment: +03:00."""
        text = datetime.fromtimestamp(now, self.zone).strftime("%z")
        return f"{text[:3]}:{text[3:]}"

    def rename(self, subdomain: str) -> None:
        self.doc["subdomain"] = subdomain
        self._store.set_meta("account", self.doc)
