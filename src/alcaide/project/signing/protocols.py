"""The doors of OpenID Connect and SAML. What they stand on is loaded at the first use: most houses use one or none."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from alcaide.common.signing.services import What, note
from alcaide.project.signing.place import place_of


def oidc_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send somebody to an OpenID provider."""
    from alcaide.project.signing import oidc  # noqa: PLC0415  loads only where used

    return oidc.login(request, provider_id)


def oidc_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take in what an OpenID provider answered."""
    from alcaide.project.signing import oidc  # noqa: PLC0415  loads only where used

    return oidc.callback(request, provider_id)


def _saml() -> Any:
    from allauth.socialaccount.providers.saml import views  # noqa: PLC0415  loads xmlsec, only where used

    return views


def saml_login(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Send somebody to a SAML provider."""
    return _saml().login(request, organization_slug=organization_slug)


@csrf_exempt
def saml_acs(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Take in what a SAML provider posts through the browser; its signature stands for the form's token."""
    return _saml().acs(request, organization_slug=organization_slug)


def saml_finish(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Read what was posted, in the visitor's own session again."""
    try:
        answer: HttpResponse = _saml().finish_acs(request, organization_slug=organization_slug)
    except (ValueError, KeyError, SyntaxError):
        # No XML, XML with a document type, or nothing at all; lxml's own fault is a SyntaxError.
        note(What.REFUSED, place_of(request), how=organization_slug)
        return render(request, "socialaccount/authentication_error.html", status=400)
    return answer


@csrf_exempt
def saml_sls(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """End a session because the provider ended its own."""
    return _saml().sls(request, organization_slug=organization_slug)


def saml_metadata(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Describe the house to a SAML provider."""
    return _saml().metadata(request, organization_slug=organization_slug)
