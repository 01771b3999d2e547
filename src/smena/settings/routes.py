"""All pages of the settings that this package owns."""

from smena.settings.pages import account, activation, front, module, outbox, people

ROUTES = (
    *front.ROUTES,
    *account.ROUTES,
    *people.ROUTES,
    *activation.ROUTES,
    *module.ROUTES,
    *outbox.ROUTES,
)
