"""Renewing a session when the person gained or changed what they sign in with."""

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from alcaide.common.models import User
from alcaide.common.signing.middleware import HAS_FACTOR
from alcaide.common.signing.services import end_doors, move_door
from alcaide.project.signing.adapters import has_factor
from alcaide.project.signing.place import place_of


def renew(request: HttpRequest, user: User, *, new_password: bool = False) -> None:
    """Give the session another key, so that one taken before is worth nothing; other sessions end with a password."""
    before = request.session.session_key or ""
    if new_password:
        update_session_auth_hash(request, user)
    else:
        request.session.cycle_key()
    request.session[HAS_FACTOR] = has_factor(user)
    after = request.session.session_key or ""
    move_door(before, after)
    if new_password:
        end_doors(user, place_of(request), of=user, but=after)
