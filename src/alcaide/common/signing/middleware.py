"""What is asked of somebody signed in on each page: when they were last seen, and whether they prove enough."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from alcaide.common.models import User

from .queries import must_set_factor
from .services import see

HAS_FACTOR = "alcaide_has_factor"
WITHOUT_FACTOR = (
    "/account/factors/", "/account/prove/", "/account/password/", "/sign-out/", "/sign-in/", "/static/", "/theme/",
    "/health", "/sw.js", "/offline/", "/authority/",
)  # fmt: skip


class Proven:
    """Sends who holds a role that asks for a second factor to set one up before anything else."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return self.answer(request)
        if request.session.get(HAS_FACTOR) is not None and request.session.session_key:
            see(request.session.session_key)
        if (
            not request.session.get(HAS_FACTOR)
            and not request.path.startswith(WITHOUT_FACTOR)
            and must_set_factor(user)
        ):
            return redirect("mfa_index")
        return self.answer(request)
