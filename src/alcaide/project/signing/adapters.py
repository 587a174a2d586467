"""What the house decides in allauth's flows: who may come in, what is remembered, how secrets are kept."""

import io
import time
from threading import Thread
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alcaide.common.models import User
from alcaide.common.notices.post import post_of_the_house
from alcaide.common.sealing import seal, unseal
from alcaide.common.signing.middleware import HAS_FACTOR
from alcaide.common.signing.services import What, leave, note, open_door
from alcaide.project.signing.place import place_of

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
TOO_OFTEN = _(
    "Too many tries. Wait five minutes and try again. If it was not you who tried, tell whoever runs this house."
)


class Account(DefaultAccountAdapter):
    """Passwords, links and sessions."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is wrong. Both are checked together."),
        "too_many_login_attempts": TOO_OFTEN,
        "rate_limited": TOO_OFTEN,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs themselves up: whoever runs the house makes the users."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            note(What.LOCKED, place_of(request), email=str(credentials.get("email", "")))
            raise

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # The name under which the house was reached is the visitor's to choose, so it counts for nothing here.
        return str(credentials.get("email", "")).strip().lower()

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        email = str(credentials.get("email", ""))
        known = User.objects.filter(email=email.strip().lower()).first()
        note(What.REFUSED, place_of(request), user=known, email=email, how="password")

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        found = self.authenticate(self.request, email=user.get_username(), password=password)
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Who signed in a moment ago need not prove again who they are."""
        records = get_authentication_records(self.request, self.request.user)
        if records and 0 <= time.time() - records[-1]["at"] < REAUTHENTICATION_TIMEOUT:
            return False
        return super().is_reauthentication_required(app=app, **more)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        if isinstance(user, User):
            how = how_of(request, user)
            request.session[HAS_FACTOR] = has_factor(user)
            open_door(user, place_of(request), session_key=request.session.session_key or "", how=how)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            leave(request.user, place_of(request), session_key=request.session.session_key or "")
        super().logout(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send through the house's own mail server; links begin with the configured address, never with a request's."""
        post = post_of_the_house()
        if post is None:
            return
        shown = {**context, "email": email, "house": post.public_url}
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", shown).split())
        body = render_to_string(f"{template_prefix}_message.txt", shown)
        letter = EmailMessage(subject, body, post.sender, [email], connection=post.connection())
        # Beside the answer, which else would take longer where the address is known.
        Thread(target=lambda: letter.send(fail_silently=True), daemon=True).start()

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:  # fmt: skip
        super().send_notification_mail(template_prefix, user, context, email or user.get_username())

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _sign, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        post = post_of_the_house()
        return post.link(path) if post else path


class Factors(DefaultMFAAdapter):
    """Second factors: their secrets are sealed, and the picture for the app is drawn here."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This code is not right. Type the one that the app shows now. If it stays wrong, set the clock of your "
            "phone to automatic: codes are good for half a minute either side."
        ),
    }

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        import segno  # noqa: PLC0415  only this page draws, and every process would load it

        drawn = io.BytesIO()
        segno.make(url, error="m").save(drawn, kind="svg", scale=5, border=4, light="#fff", dark="#000")
        return drawn.getvalue().decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Alcaide"}


def has_factor(user: AbstractBaseUser) -> bool:
    """Tell whether a user has a second factor besides recovery codes."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def how_of(request: HttpRequest, user: AbstractBaseUser) -> str:
    """Return how this sign-in proved itself, such as "password, totp"."""
    words = []
    for record in get_authentication_records(request, user):
        kind = str(record.get("type") or record.get("provider") or record["method"])
        words.append(kind)
    return ", ".join(dict.fromkeys(words))
