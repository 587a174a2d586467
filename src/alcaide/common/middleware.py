"""What stands between the door and the pages."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alcaide.common.models import LostUpdate
from alcaide.common.permissions import Refused

Answer = Callable[[HttpRequest], HttpResponse]
A_YEAR_S = 365 * 24 * 3600
LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "["}
OPEN_PATHS = ("/sign-in/", "/static/", "/health", "/theme/", "/authority/", "/offline/", "/sw.js", "/year/feed/")


class ContentSecurityPolicy:
    """Says with every page that nothing may come from another host, no inline script runs, and nobody keeps a copy."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        # A browser that learned this of localhost would refuse every other program there.
        if request.is_secure() and request.get_host().partition(":")[0] not in LOOPBACK:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR_S}")
        return response


class SignInRequired:
    """Sends strangers to the sign-in page; only the few open paths answer them."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated or request.path.startswith(OPEN_PATHS):
            return self.answer(request)
        return redirect_to_login(request.get_full_path())


class Refusals:
    """Turns what services refuse into pages that say so: 403 for a refusal, 409 for a lost update."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if isinstance(fault, Refused):
            return render(request, "403.html", {"reason": str(fault)}, status=403)
        if isinstance(fault, LostUpdate):
            typed = [
                (name, value)
                for name, values in request.POST.lists()
                if name not in {"csrfmiddlewaretoken", "version"}
                for value in values
            ]
            return render(request, "lost_update.html", {"fault": fault, "typed": typed}, status=409)
        return None
