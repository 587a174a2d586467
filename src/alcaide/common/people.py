"""Who is asking."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from alcaide.common.models import User


def signed_in(request: HttpRequest) -> User:
    """Return the user behind a request. Raises PermissionDenied for a stranger, whom no page should reach."""
    if isinstance(request.user, User):
        return request.user
    raise PermissionDenied("Sign in first.")
