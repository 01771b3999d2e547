"""Why the CRM does not let us in: a code is stored, its sentence is made for whoever reads it.

A code may carry a detail after a colon, `answers:418`.
"""

from enum import StrEnum

from smena.kernel.i18n import gettext as _


class Reason(StrEnum):
    """What the CRM answered, or why it gives no more tokens."""

    TOKEN = "token"  # noqa: S105 -- a reason, not a secret
    NOT_PAID = "not_paid"
    FORBIDDEN = "forbidden"
    ANSWERS = "answers"
    SPENT = "spent"
    CLIENT = "client"
    ABSENT = "absent"
    LOST_ANSWER = "lost_answer"
    DISABLED = "disabled"

    def about(self, detail: object) -> str:
        """Return what is stored of a reason that needs a detail."""
        return f"{self}:{detail}"


def reason_text(stored: str) -> str:
    """Say a stored reason to the reader; one that is not a code was stored as its own sentence."""
    code, _colon, detail = stored.partition(":")
    if code not in set(Reason):
        return _(stored) if stored else ""
    return {
        Reason.TOKEN: _("amoCRM не принимает токен: он отозван или истёк"),
        Reason.NOT_PAID: _("аккаунт amoCRM не оплачен"),
        Reason.FORBIDDEN: _("у токена нет прав, или amoCRM закрыла доступ к API"),
        Reason.ANSWERS: _("amoCRM отвечает {status}").format(status=detail),
        Reason.SPENT: _("amoCRM отозвала доступ"),
        Reason.CLIENT: _("amoCRM не узнаёт интеграцию: её удалили или сменили секретный ключ"),
        Reason.ABSENT: _("аккаунта нет по прежнему адресу"),
        Reason.LOST_ANSWER: _("ответ amoCRM с новым токеном потерялся в пути"),
        Reason.DISABLED: _("интеграцию выключили в amoCRM"),
    }[Reason(code)]
