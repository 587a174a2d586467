"""allauth's forms for second factors, with a code that counts once as long as it is good, and lines in the log."""

from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.cache import cache
from django.core.exceptions import ValidationError

from alcaide.common.signing.services import What, note
from alcaide.project.signing.place import place_of


class _Once(BaseAuthenticateForm):
    """A code of an app is good in three periods (one early, one late) and must not be used twice in any of them."""

    def __init__(self, *typed: Any, **more: Any) -> None:
        super().__init__(*typed, **more)
        self.fields["code"].widget.attrs.update(inputmode="numeric", autofocus=True, placeholder="")

    def clean_code(self) -> str:
        try:
            code = super().clean_code()
            if self.authenticator.type == Authenticator.Type.TOTP and not _take(self.user.pk, code):
                raise get_adapter().validation_error("incorrect_code")
        except ValidationError as fault:
            locked = any(getattr(each, "code", "") == "too_many_login_attempts" for each in fault.error_list)
            note(What.LOCKED if locked else What.FACTOR_REFUSED, place_of(context.request), user=self.user)
            raise
        return code


class SecondFactor(_Once, AuthenticateForm):
    """Asked for after the password or the link."""


class ProveAgain(_Once, ReauthenticateForm):
    """Asked for before something delicate is changed."""

    def save(self) -> None:
        super().save()
        note(What.PROVED, place_of(context.request), user=self.user, how=self.authenticator.type)


class NewApp(ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *typed: Any, **more: Any) -> None:
        super().__init__(*typed, **more)
        self.fields["code"].widget.attrs.update(inputmode="numeric", placeholder="")


def _take(user_id: int, code: str) -> bool:
    good_for_s = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    return bool(cache.add(f"alcaide.totp.{user_id}.{normalize_user_code(code)}", 1, timeout=good_for_s))
