"""What an account gives at its first entry: a consent and somebody to call (CORE-1)."""

import re

from smena.accounts.model import CONSENT_VERSION, ContactPerson, Flaw, FormInput

NAME_MAX = 200
PHONE_MAX = 40
DIGITS_MIN, DIGITS_MAX = 7, 15
_PHONE = re.compile(r"\+?[0-9 ().\-/]*(?:(?:доб|ext|x)\.? ?[0-9]{1,6})?", re.IGNORECASE)


def check(given: FormInput) -> ContactPerson | dict[str, Flaw]:
    """Return whom to call, or what is wrong by the name of the field."""
    contact = ContactPerson(_line(given.name), _line(given.phone)[:PHONE_MAX], _line(given.role))
    flaws: dict[str, Flaw] = {}
    if not contact.name:
        flaws["name"] = Flaw.NO_NAME
    if not contact.phone:
        flaws["phone"] = Flaw.NO_PHONE
    elif not is_phone(_line(given.phone)):
        flaws["phone"] = Flaw.BAD_PHONE
    if not contact.role:
        flaws["role"] = Flaw.NO_ROLE
    if not given.agrees:
        flaws["agrees"] = Flaw.NO_CONSENT
    elif given.version != str(CONSENT_VERSION):
        flaws["agrees"] = Flaw.OTHER_VERSION
    return flaws or contact


def is_phone(text: str) -> bool:
    """Take a number as people write it: any country, brackets, dashes, an extension."""
    main = re.split(r"доб|ext|x", text, maxsplit=1, flags=re.IGNORECASE)[0]
    digits = sum(sign.isdecimal() for sign in main)
    return (
        len(text) <= PHONE_MAX
        and DIGITS_MIN <= digits <= DIGITS_MAX
        and _PHONE.fullmatch(text) is not None
    )


def _line(text: str) -> str:
    """Make one line of it, without signs that a screen does not show."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:NAME_MAX]
