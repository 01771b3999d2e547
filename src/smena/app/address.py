"""Where the pages are served, for commands that were not told what `smena up` was told."""

import contextlib

from smena.kernel.settings import Settings

FILE = "address"
_SAYS = {"public_url", "host", "port"}


def remember(settings: Settings) -> None:
    """Leave the address in the data folder: a port of the command line is in no settings.

    A convenience: a node that has no folder, or may not write there, works all the same.
    """
    with contextlib.suppress(OSError):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        (settings.data_dir / FILE).write_text(settings.url)


def address(settings: Settings) -> str:
    """Return what the settings say, else where a node of this data folder served last."""
    if settings.model_fields_set & _SAYS:
        return settings.url
    try:
        return (settings.data_dir / FILE).read_text().strip() or settings.url
    except (OSError, UnicodeDecodeError):
        return settings.url
