"""How a subscription to webhooks reads on screen."""

from smena.connectors.amocrm.model import HookState
from smena.kernel.i18n import gettext as _


def hook_text(state: HookState, detail: str) -> str:
    """Say whether amoCRM tells us of changes at once."""
    return {
        HookState.ALIVE: _("включены: изменения приходят сразу"),
        HookState.NO_ADDRESS: _(
            "выключены: задайте SMENA_PUBLIC_URL, чтобы amoCRM могла сообщать об изменениях; "
            "пока Смена опрашивает её раз в несколько секунд"
        ),
        HookState.REFUSED: _("amoCRM не приняла подписку: {why}").format(why=detail),
        HookState.UNKNOWN: _("ещё не проверены"),
    }[state]
