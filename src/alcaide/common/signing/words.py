"""How a sign-in proved itself, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HOW: dict[str, str | Promise] = {
    "password": _("password"),
    "link": _("one-time link"),
    "totp": _("code of an app"),
    "webauthn": _("passkey or key"),
    "recovery_codes": _("recovery code"),
    "break_glass": _("emergency access"),
}


def how_in_words(how: str) -> str:
    """Return how a sign-in proved itself; the name of a provider stays as it is.

    >>> how_in_words("password, totp")
    'password, code of an app'
    """
    return ", ".join(str(HOW.get(each, each)) for each in how.split(", "))
