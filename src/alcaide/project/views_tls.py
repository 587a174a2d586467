"""The installation's own authority: what a phone must hold before it trusts the house."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alcaide.project import tls


@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    """Tell how a phone or a browser comes to trust this house; for anybody, since it precedes signing in."""
    file = tls.authority_file(settings.HOME)
    about = {"fingerprint": tls.fingerprint_of(file) if file.exists() else ""}
    return render(request, "authority.html", about)


@require_safe
def authority_file(request: HttpRequest) -> HttpResponse:
    """Hand out the authority's certificate, never its key."""
    file = tls.authority_file(settings.HOME)
    if not file.exists():
        raise Http404(_("This house has no authority of its own."))
    return HttpResponse(
        file.read_bytes(),
        content_type="application/x-x509-ca-cert",
        headers={"Content-Disposition": 'attachment; filename="alcaide-authority.crt"'},
    )
