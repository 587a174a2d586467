"""The theme, whether the house is well, and the pages for what went wrong."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from alcaide.common.context import THEMES

A_YEAR_S = 365 * 24 * 3600


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie and go back to where the person was."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = redirect(back)
    theme = request.POST.get("theme", "auto")
    response.set_cookie("theme", theme if theme in THEMES else "auto", max_age=A_YEAR_S, samesite="Lax")
    return response


def health(request: HttpRequest) -> HttpResponse:
    """Answer whether the house can read its database; for whoever supervises the process."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"state": "the database does not answer"}, status=503)
    return JsonResponse({"state": "ok"})


def refused_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was not accepted because its page had grown old."""
    return render(request, "csrf_403.html", {"reason": reason}, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request could not be read."""
    return render(request, "400.html", status=400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this is not for this user."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is nothing at this address, or nothing this user may see."""
    return render(request, "404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that something went wrong, without asking the database for anything."""
    # No request goes to the template: the database that a page's frame asks may be what failed.
    return HttpResponse(render_to_string("500.html"), status=500)
