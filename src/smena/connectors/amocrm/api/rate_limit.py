"""How fast amoCRM may be asked: it counts in a sliding second and punishes the eighth request."""

from smena.connectors.kit.rate_limiter import SharedLimit

AMOCRM = SharedLimit("amocrm", usual_per_second=7.0)
