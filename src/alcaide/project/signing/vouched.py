"""Signing in through the organization's own sign-in (OpenID Connect, SAML): who is let in, and what groups bring."""

from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext as _

from alcaide.common import fetching
from alcaide.common.models import IdentityProvider, User
from alcaide.common.sealing import unseal
from alcaide.common.signing.services import What, note
from alcaide.project.signing.groups import apply_groups
from alcaide.project.signing.place import place_of

CAP_BYTES, WHOLE_S = 1024 * 1024, 30
GROUPS_MOST = 1_000
Kind = IdentityProvider.Kind


class Vouched(DefaultSocialAccountAdapter):
    """Lets in whom a provider vouches for, where the house knows them or the provider may bring new people."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """Return the providers that are on, as allauth wants them; their secrets are opened for this request only."""
        rows = IdentityProvider.objects.filter(is_on=True)
        apps = [app_of(row) for row in rows if provider in (None, row.kind, row.slug)]
        return [app for app in apps if client_id in (None, app.client_id)]

    def get_requests_session(self) -> fetching.Session:
        return fetching.session(cap_bytes=CAP_BYTES, whole_s=WHOLE_S)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        provider = IdentityProvider.objects.get(slug=sociallogin.account.provider, is_on=True)
        if sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(self._refused(request, provider, _("Sign out first, then sign in this way.")))
        if not sociallogin.is_existing:
            self._find(request, provider, sociallogin)
        user = sociallogin.user
        if isinstance(user, User) and user.pk and user.is_active:
            apply_groups(user, provider, groups_in(sociallogin.account.extra_data, provider.groups_field))

    def _find(self, request: HttpRequest, provider: IdentityProvider, login: SocialLogin) -> None:
        """Tie a first sign-in to the user with this address, or to a new one where the provider may bring people."""
        email = _email(provider, login)
        if not email:
            words = _("It did not say which e-mail address is yours and proven. Tell whoever runs this house.")
            raise ImmediateHttpResponse(self._refused(request, provider, words))
        known = User.objects.filter(email=email).first()
        if known is None and provider.may_create:
            name = str((login.account.extra_data or {}).get("name") or _claims(login).get("name") or email)
            known = User.objects.create_user(email, name[:200])
        if known is None:
            words = _("Nobody with the address %(email)s is known in this house. Whoever runs it can let you in.")
            raise ImmediateHttpResponse(self._refused(request, provider, words % {"email": email}, email=email))
        login.connect(request, known)

    def _refused(self, request: HttpRequest, provider: IdentityProvider, words: str, *, email: str = "") -> Any:
        note(What.REFUSED, place_of(request), email=email, how=provider.slug)
        about = {"why": words, "provider_name": provider.name}
        return render(request, "socialaccount/authentication_error.html", about, status=403)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        note(What.REFUSED, place_of(request), how=str(getattr(provider, "sub_id", "") or "")[:120])

    def send_notification_mail(self, *what: Any, **more: Any) -> None:
        """Tie accounts without a letter: the log of the door tells it."""

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return str(account_adapter().get_login_redirect_url(request))


def app_of(row: IdentityProvider) -> SocialApp:
    """Return a provider as allauth wants it."""
    app = SocialApp(provider=row.kind, provider_id=row.slug, name=row.name, client_id=row.client_id)
    if row.kind == Kind.OIDC:
        app.secret = unseal(row.sealed_secret) if row.sealed_secret else ""
        app.settings = {"server_url": row.server_url, "fetch_userinfo": True}
        return app
    app.client_id = row.slug
    app.settings = {
        "idp": {"entity_id": row.entity_id, "sso_url": row.sso_url, "x509cert": row.certificate},
        "advanced": {
            "strict": True, "want_assertion_signed": True, "want_name_id": True, "reject_idp_initiated_sso": True,
            "reject_deprecated_algorithm": True, "allow_single_label_domains": True,
        },
        "attribute_mapping": {
            "email": ["email", "mail", "urn:oid:0.9.2342.19200300.100.1.3",
                      "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"],
            "email_verified": ["email_verified", "http://schemas.auth0.com/email_verified"],
            "name": ["name", "displayName", "urn:oid:2.16.840.1.113730.3.1.241"],
        },
    }  # fmt: skip
    return app


def groups_in(claims: Any, field: str) -> set[str]:
    """Return the groups that a provider told, wherever it put them; anything but texts is passed over."""
    found: set[str] = set()
    for place in (claims, *(claims.get(name) for name in ("id_token", "userinfo"))) if isinstance(claims, dict) else ():
        told = place.get(field) if isinstance(place, dict) else None
        listed = [told] if isinstance(told, str) else told if isinstance(told, list) else []
        found |= {each for each in listed[:GROUPS_MOST] if isinstance(each, str)}
    return found


def _claims(login: SocialLogin) -> dict[str, Any]:
    data = login.account.extra_data or {}
    return {**(data.get("userinfo") or {}), **(data.get("id_token") or {})} if isinstance(data, dict) else {}


def _email(provider: IdentityProvider, login: SocialLogin) -> str:
    """Return the address that counts: one that the provider says it proved, or any where its addresses are trusted."""
    for each in login.email_addresses:
        if each.verified or provider.trusts_email:
            return str(each.email).strip().lower()
    return ""
