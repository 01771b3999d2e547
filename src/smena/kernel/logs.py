"""Structured logs without secrets: JSON for machines, coloured lines for people."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import stamina.instrumentation
import structlog

HIDDEN = "[hidden]"
log = structlog.get_logger(__name__)
_SECRET_NAMES = re.compile(r"token|password|secret|authorization|cookie|api_key", re.IGNORECASE)
_SECRET_TEXT = re.compile(r"(?i)(bearer\s+)[\w.~+/=-]+|(/hooks/amocrm/\d+/)[0-9a-f]+")


def configure(log_format: str, level: str) -> None:
    """Send our logs and everybody else's through one filter to standard error."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("alembic", "httpx2", "httpcore2", "pgqueuer", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    stamina.instrumentation.set_on_retry_hooks([_note_retry])


def _note_retry(details: stamina.instrumentation.RetryDetails) -> None:
    """Note a retry as what it is: everyday life. Whoever gives up raises, and that is told."""
    log.info("retried", trouble=repr(details.caused_by), times=details.retry_num)


def hide_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace values of telling names, bearer tokens and secret parts of addresses."""
    return {name: _hidden(name, value) for name, value in event.items()}


def _hidden(name: str, value: object) -> object:
    if _SECRET_NAMES.search(name):
        return HIDDEN
    match value:
        case str():
            return _SECRET_TEXT.sub(lambda found: (found[1] or found[2]) + HIDDEN, value)
        case dict():
            return {key: _hidden(str(key), inner) for key, inner in value.items()}
        case list() | tuple():
            return [_hidden("", inner) for inner in value]
        case _:
            return value
