"""What is asked of somebody signed in on each page: when they were last seen, and whether they prove enough."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from alcaide.common.models import User
from alcaide.common.trail import marked

from .queries import must_set_factor
from .services import see

EMERGENCY_UNTIL, EMERGENCY_SINCE = "alcaide_emergency_until", "alcaide_emergency_since"
# A clock set back would else make emergency access last longer.
CLOCK_SLACK_S = 120
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
        if (until := request.session.get(EMERGENCY_UNTIL)) is not None:
            return self._in_emergency(request, user, until)
        if request.session.get(HAS_FACTOR) is not None and request.session.session_key:
            see(request.session.session_key)
        if (
            not request.session.get(HAS_FACTOR)
            and not request.path.startswith(WITHOUT_FACTOR)
            and must_set_factor(user)
        ):
            return redirect("mfa_index")
        return self.answer(request)

    def _in_emergency(self, request: HttpRequest, user: User, until: float) -> HttpResponse:
        """Mark what emergency access writes, and end the session when its hours are over or the clock went back."""
        now = time.time()
        if not request.session.get(EMERGENCY_SINCE, 0) - CLOCK_SLACK_S <= now < until:
            logout(request)
            return redirect("sign-in")
        see(request.session.session_key or "")
        request.emergency_until = datetime.fromtimestamp(until, UTC)  # type: ignore[attr-defined]  # for the banner
        with marked(emergency_access=user.subject):
            return self.answer(request)
