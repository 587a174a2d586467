"""OpenID Connect, with the identity token's signature always checked and tied to what the user-info page says."""

from typing import Any

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from alcaide.common import fetching

# Signatures that only the provider can make. Those made with the shared secret, or none, are not among them.
SIGNED_BY = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}


class Oidc(OpenIDConnectOAuth2Adapter):
    """One OpenID provider."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **more: Any) -> Any:
        if not more["response"].get("id_token"):
            raise OAuth2Error("The provider sent no identity token.")
        login = super().complete_login(request, app, token, **more)
        told = login.account.extra_data
        if told["userinfo"].get("sub") != told["id_token"].get("sub"):
            raise OAuth2Error("The user-info page speaks of another person than the identity token.")
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict:
        algorithm = jwtkit.jwt.get_unverified_header(id_token).get("alg")
        if algorithm not in SIGNED_BY:
            raise OAuth2Error("The identity token is not signed by the provider's own key.")
        decoded: dict = jwtkit.verify_and_decode(
            credential=id_token, keys_url=self.openid_config["jwks_uri"], issuer=self.openid_config["issuer"],
            audience=app.client_id, lookup_kid=jwtkit.lookup_kid_jwk, verify_signature=True,
        )  # fmt: skip
        return decoded


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send somebody to the provider."""
    return _asked(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take in what the provider answered."""
    return _asked(OAuth2CallbackView, request, provider_id)


def _asked(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        answer: HttpResponse = view.adapter_view(Oidc(request, provider_id))(request)
    except SocialApp.DoesNotExist as gone:
        raise Http404 from gone
    except (fetching.Unanswered, ValueError, KeyError) as fault:
        about = {"why": _("It does not answer as it should: %(fault)s") % {"fault": str(fault)[:200]}}
        return render(request, "socialaccount/authentication_error.html", about, status=502)
    return answer
