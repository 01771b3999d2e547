"""Settings of an installation: environment first, then a TOML file, then defaults.

Every mistake is told in a sentence that names the setting and says what to write (BadSetting).
"""

import ipaddress
import os
import stat
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from smena.kernel.errors import BadSetting
from smena.kernel.i18n import gettext as _
from smena.kernel.ids_and_secrets import new_secret

SECRET_LENGTH_MIN = 32


def default_data_dir() -> Path:
    """Return where data lives by default: a place that a system user can reach when root runs."""
    if os.geteuid() == 0:
        return Path("/var/lib/smena")
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "smena"


class Settings(BaseSettings):
    """One installation. Names in the environment: SMENA_DATA_DIR and so on; DATABASE_URL too."""

    model_config = SettingsConfigDict(
        env_prefix="SMENA_", extra="forbid", frozen=True, populate_by_name=True
    )

    data_dir: Path = Field(default_factory=default_data_dir)
    database_url: SecretStr | None = Field(
        None, validation_alias=AliasChoices("SMENA_DATABASE_URL", "DATABASE_URL")
    )
    """An external PostgreSQL; without it the embedded one runs in `data_dir`."""
    database_pooler_url: SecretStr | None = None
    """A pooler in front of `database_url` that lends a server for one transaction (PgBouncer with
    pool_mode = transaction). Transactions go through it; migrations, copies and the queue, which
    listens for notifications, keep to `database_url`."""
    host: str = "127.0.0.1"
    port: int = Field(8700, ge=0, le=65535)
    public_url: str = ""
    """Where browsers and amoCRM reach us, e.g. https://smena.company.example."""
    secret_key: SecretStr | None = None
    """Seals tokens and signs addresses; made at the first start when not given."""
    language: Literal["ru", "en"] = "ru"
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_token: SecretStr | None = None
    """Lets a monitoring system read /metrics from another machine."""
    poll_seconds: float = Field(5.0, ge=0.5, le=300)
    """How often a connected account is asked for news when no webhook hints at them."""
    requests_per_second: float = Field(7.0, gt=0, le=50)
    allowed_crm_hosts: tuple[str, ...] = ()
    """Hosts beside amoCRM's own that an account may live on: an emulator's, e.g. 127.0.0.1.

    An installation that only its own machine can reach allows that machine's addresses anyway."""
    history_days: int = Field(14, ge=0, le=3650)
    """How many past days of events the first load brings."""

    @field_validator("database_pooler_url")
    @classmethod
    def _has_a_server_behind(
        cls, value: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if value is not None and info.data.get("database_url") is None:
            raise ValueError(_("задайте и DATABASE_URL, адрес самого сервера"))
        return value

    @field_validator("public_url")
    @classmethod
    def _no_slash_at_the_end(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError(_("http:// или https:// в начале"))
        return value.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        config = os.environ.get("SMENA_CONFIG_FILE")
        toml = (TomlConfigSettingsSource(settings_cls, Path(config)),) if config else ()
        return (init_settings, env_settings, *toml)

    @property
    def url(self) -> str:
        """The address to write into links and webhooks."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def is_for_this_machine(self) -> bool:
        """Tell whether nobody but this machine's own people can reach the pages."""
        return _is_loopback(self.host) and _is_loopback(urlsplit(self.url).hostname or "")


def load(config_file: Path | None = None, **given: object) -> Settings:
    """Read the settings; `given` (the command line) wins over everything; None means not given.

    Raises BadSetting when the file is missing or a value will not do.
    """
    config = config_file or _config_from_environment()
    if config is not None:
        if not config.is_file():
            raise BadSetting(_("Файла настроек нет: {file}. Проверьте путь.").format(file=config))
        os.environ["SMENA_CONFIG_FILE"] = str(config)
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # checked by pydantic
    except ValidationError as error:
        raise BadSetting(_explain(error)) from error
    except ValueError as error:
        text = _("Файл настроек {file} не читается: {error}")
        raise BadSetting(text.format(file=config, error=error)) from error


def secret_key(settings: Settings) -> str:
    """Return the installation's secret; make it once, in a file that only its owner may read.

    Raises BadSetting when it is too short, or others may read it.
    """
    if settings.secret_key is not None:
        key = settings.secret_key.get_secret_value()
        if len(key) < SECRET_LENGTH_MIN:
            text = _(
                "SMENA_SECRET_KEY короче {n} знаков: возьмите длинный случайный текст, например "
                "вывод команды: openssl rand -hex 32"
            )
            raise BadSetting(text.format(n=SECRET_LENGTH_MIN))
        return key
    path = settings.data_dir / "secret.key"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(new_secret(48))
    except FileExistsError:
        pass
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        text = _("Ключ {file} могут прочитать другие: выполните chmod 600 {file}")
        raise BadSetting(text.format(file=path))
    return path.read_text().strip()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _config_from_environment() -> Path | None:
    text = os.environ.get("SMENA_CONFIG_FILE")
    return Path(text) if text else None


def _explain(error: ValidationError) -> str:
    lines = [_("В настройках ошибка:")]
    for problem in error.errors():
        name = str(problem["loc"][-1]) if problem["loc"] else "?"
        shown = name if name.isupper() else f"{name} (SMENA_{name.upper()})"
        lines.append(f"  {shown}: {_what_to_write(problem)}")
    return "\n".join(lines)


def _what_to_write(problem: ErrorDetails) -> str:
    allowed = problem.get("ctx", {})
    known = {
        "extra_forbidden": _("такой настройки нет, проверьте название"),
        "int_parsing": _("нужно целое число"),
        "float_parsing": _("нужно число"),
        "literal_error": _("такого значения нет; допустимы: {values}").format(
            values=allowed.get("expected")
        ),
        "greater_than_equal": _("не меньше {limit}").format(limit=allowed.get("ge")),
        "less_than_equal": _("не больше {limit}").format(limit=allowed.get("le")),
    }
    return known.get(problem["type"], problem["msg"].removeprefix("Value error, "))
