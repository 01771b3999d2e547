"""What monitoring reads at /metrics, in the Prometheus format. No names, no personal data."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

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
DISABLE_HOOKS = Counter(
    "smena_crm_disable_hooks_total", "Told that we are off, by outcome", ["outcome"],
    registry=REGISTRY,
)  # fmt: skip
JOBS = Counter(
    "smena_jobs_total", "Background work by outcome", ["job", "outcome"], registry=REGISTRY
)
JOB_SECONDS = Histogram("smena_job_seconds", "Time of background work", ["job"], registry=REGISTRY)
DECISIONS = Counter(
    "smena_distribution_decisions_total", "Decisions about leads", ["outcome"], registry=REGISTRY
)
PAGES = Histogram("smena_page_seconds", "Time of a page at the server", ["path"], registry=REGISTRY)
EVENTS = Counter("smena_crm_events_total", "Events absorbed into the mirror", registry=REGISTRY)


def text() -> bytes:
    """Return all figures in the exposition format, version 0.0.4."""
    return generate_latest(REGISTRY)
