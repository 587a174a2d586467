"""Marks pages that a phone may keep and show without a network."""

from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import Any

from django.http import HttpRequest, HttpResponse

from alcaide.common.models import User

View = Callable[..., HttpResponse]
LONGEST_HOURS = 72


def kept(*, hours: int) -> Callable[[View], View]:
    """Let phones keep a page for so many hours, for the person who opened it alone; signing out forgets it.

    For pages that are needed where there is no network, never for what must not lie on a phone. At most 72 hours.
    """
    if not 0 < hours <= LONGEST_HOURS:
        raise ValueError(f"A phone keeps a page for 1 to {LONGEST_HOURS} hours, not {hours}.")

    def mark(view: View) -> View:
        @wraps(view)
        def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = view(request, *args, **kwargs)
            if response.status_code == 200 and isinstance(request.user, User):
                response["X-Alcaide-Keep"] = str(hours * 3600)
                response["X-Alcaide-Who"] = who(request.user)
            return response

        return marked

    return mark


def who(user: User) -> str:
    """Return a short mark of a person that tells two apart and names neither."""
    return blake2b(user.uid.bytes, digest_size=8).hexdigest()
