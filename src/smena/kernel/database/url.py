"""Where a database is: `postgresql://user:password@host:port/name?option=value` in its parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """An address; as a text it hides the password. `dataclasses.replace` makes another one."""

    user: str = ""
    password: str = field(default="", repr=False)
    hosts: str = ""
    """Host and port as written, or several of them; empty when an option names a socket."""
    database: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, url: str) -> "DatabaseUrl":
        """Read an address; a driver in its scheme (`postgresql+asyncpg`) means nothing here."""
        parts = urlsplit(url)
        who, _at, hosts = parts.netloc.rpartition("@")
        user, _colon, password = who.partition(":")
        return cls(
            user=unquote(user),
            password=unquote(password),
            hosts=hosts,
            database=unquote(parts.path.removeprefix("/")),
            options=dict(parse_qsl(parts.query, keep_blank_values=True)),
        )

    @property
    def dsn(self) -> str:
        """The whole address, password and all, read alike by the driver and PostgreSQL's own."""
        return self._written(quote(self.password, safe=""))

    @property
    def without_password(self) -> "DatabaseUrl":
        return replace(self, password="")

    def __str__(self) -> str:
        return self._written("***" if self.password else "")

    def _written(self, password: str) -> str:
        who = quote(self.user, safe="") + (f":{password}" if password else "")
        # A plus sign for a space is not understood by PostgreSQL's own programs.
        options = "&".join(f"{name}={quote(value)}" for name, value in self.options.items())
        return (
            f"postgresql://{f'{who}@' if who else ''}{self.hosts}/{quote(self.database, safe='')}"
            f"{'?' if options else ''}{options}"
        )
