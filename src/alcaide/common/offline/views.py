"""The service worker, the page that stands where a page cannot come, and the list of what waits on a phone."""

import json
from hashlib import blake2b

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from alcaide.common.offline.keeping import who
from alcaide.common.offline.once import KEY_FIELD, TYPED_AT
from alcaide.common.people import signed_in
from alcaide.common.rights.doors import OPEN, OWN, rule

# What the page without a network needs to look like the house.
SHELL = (
    "vendor/tabler/tabler.min.css", "alcaide.css", "list.css", "command.css", "alcaide.js", "offline.js", "castle.svg",
)  # fmt: skip


@rule(OPEN)
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Hand out the service worker; it stands at the root so that it may look after every page."""
    shell = [staticfiles_storage.url(name) for name in SHELL]
    about = {
        "shell": [*shell, reverse("offline"), reverse("offline-waiting")],
        "edition": _edition(shell),
        "statics": settings.STATIC_URL,
        "offline": reverse("offline"),
        "waiting": reverse("offline-waiting"),
        "token": reverse("offline-token"),
        "signOut": reverse("sign-out"),
        "key": KEY_FIELD,
        "typedAt": TYPED_AT,
    }
    # Our own addresses and names, in JSON: nothing of anybody stands in it.
    known = {"about": mark_safe(json.dumps(about))}  # noqa: S308  our own addresses
    response = render(request, "common/offline/sw.js", known, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@rule(OPEN)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what a phone shows where a page cannot come; it holds nothing of anybody."""
    return render(request, "common/offline/offline.html")


@rule(OPEN)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Show the frame of the list of what waits on this phone; the phone itself fills it."""
    return render(request, "common/offline/waiting.html")


@rule(OWN)
@require_safe
def token(request: HttpRequest) -> HttpResponse:
    """Tell a phone who is signed in and with what token it may send what waits."""
    response = JsonResponse({"who": who(signed_in(request)), "token": get_token(request)})
    response["Cache-Control"] = "no-store"
    return response


def _edition(shell: list[str]) -> str:
    """Name the edition of the shell: the names of its files change with their content."""
    return blake2b("\0".join(shell).encode(), digest_size=6).hexdigest()
