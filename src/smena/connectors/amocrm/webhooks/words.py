"""How a subscription to webhooks reads on screen."""

from smena.connectors.amocrm.model import WebhookState
from smena.kernel.i18n import gettext as _
from smena.kernel.reasons import reason_text


def webhook_text(state: WebhookState, detail: str) -> str:
    """Say whether amoCRM tells us of changes at once."""
    return {
        WebhookState.ALIVE: _("включены: изменения приходят сразу"),
        WebhookState.NO_ADDRESS: _(
            "выключены: задайте SMENA_PUBLIC_URL, чтобы amoCRM могла сообщать об изменениях; "
            "пока Смена опрашивает её раз в несколько секунд"
        ),
        WebhookState.REFUSED: _("amoCRM не приняла подписку: {why}").format(
            why=reason_text(detail)
        ),
        WebhookState.UNKNOWN: _("ещё не проверены"),
    }[state]
