"""What monitoring reads at /metrics, in the Prometheus format. No names, no personal data."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()

WEBHOOKS = Counter(
    "smena_webhooks_total", "Webhook bodies by outcome", ["outcome"], registry=REGISTRY
)
CRM_REQUESTS = Counter(
    "smena_crm_requests_total", "Requests to the CRM", ["kind", "status"], registry=REGISTRY
)
CRM_SECONDS = Histogram(
    "smena_crm_request_seconds", "Time of a request to the CRM", ["kind"], registry=REGISTRY
)
TOKENS = Counter(
    "smena_crm_tokens_total", "Renewals of tokens by outcome", ["outcome"], registry=REGISTRY
)
DISABLE_WEBHOOKS = Counter(
    "smena_crm_disable_webhooks_total",
    "Told that we are off, by outcome",
    ["outcome"],
    registry=REGISTRY,
)
JOBS = Counter(
    "smena_jobs_total", "Background work by outcome", ["job", "outcome"], registry=REGISTRY
)
JOB_SECONDS = Histogram("smena_job_seconds", "Time of background work", ["job"], registry=REGISTRY)
DECISIONS = Counter(
    "smena_distribution_decisions_total", "Decisions about leads", ["outcome"], registry=REGISTRY
)
PAGES = Histogram("smena_page_seconds", "Time of a page at the server", ["path"], registry=REGISTRY)
EVENTS = Counter("smena_crm_events_total", "Events new to the mirror", registry=REGISTRY)
UNKNOWN_EVENTS = Counter(
    "smena_crm_unknown_events_total", "Events of a type that we do not know", registry=REGISTRY
)


def _gauge(name: str, about: str) -> Gauge:
    """Make a figure that each account has; its label is the account's number and no more."""
    return Gauge(f"smena_crm_{name}", about, ["account"], registry=REGISTRY)


CONNECTED = _gauge("connected", "1 while the CRM lets us in")
DATA_AGE = _gauge("data_age_seconds", "How old the mirror is; -1 before the first reading")
WEBHOOK_AGE = _gauge("webhook_age_seconds", "Since the last webhook; -1 before the first one")
WEBHOOK_LAG = _gauge("webhook_lag_seconds", "From a change in the CRM to the mirror, by webhook")
BODIES_WAITING = _gauge("bodies_waiting", "Webhook bodies that wait to be understood")
UNREAD = _gauge("unread", "Cards and notes that wait to be read by number")
COMMANDS_WAITING = _gauge("commands_waiting", "Writes to the CRM that wait")
REQUESTS_MINUTE = _gauge("requests_last_minute", "Requests to the CRM in the last whole minute")
TOO_FAST_HOUR = _gauge("too_fast_last_hour", "Answers 429 of the last hour")
RECONCILIATION_AGE = _gauge(
    "reconciliation_age_seconds", "Since the last reconciliation; -1 before the first"
)
RECONCILIATION_FOUND = _gauge(
    "reconciliation_found", "Differences that the last reconciliation found"
)
FINDINGS = _gauge("needs_hand", "Troubles of the connection that need a person")

_OF_ACCOUNT = (
    CONNECTED,
    DATA_AGE,
    WEBHOOK_AGE,
    WEBHOOK_LAG,
    BODIES_WAITING,
    UNREAD,
    COMMANDS_WAITING,
    REQUESTS_MINUTE,
    TOO_FAST_HOUR,
    RECONCILIATION_AGE,
    RECONCILIATION_FOUND,
    FINDINGS,
)


def forget_account(account: str) -> None:
    """Stop showing the figures of an account that is no more."""
    for gauge in _OF_ACCOUNT:
        gauge.remove(account)


def text() -> bytes:
    """Return all figures in the exposition format, version 0.0.4."""
    return generate_latest(REGISTRY)
