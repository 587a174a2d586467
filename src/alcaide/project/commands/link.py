"""`alcaide link`: make a one-time sign-in link on the machine itself, for who cannot get in otherwise."""

from argparse import ArgumentParser, Namespace

from .base import Command, Stop, say
from .house import load


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("email", metavar="EMAIL", help="the e-mail address of the user")
    parser.add_argument(
        "--address", default="http://localhost:8000", help="where the pages are (http://localhost:8000)"
    )
    parser.add_argument(
        "--forget-factors", action="store_true", help="also take away their second factors, where they lost them"
    )


def _run(chosen: Namespace) -> int:
    load()
    from django.db import DatabaseError  # noqa: PLC0415  needs the house, loaded above

    from alcaide.common.models import User  # noqa: PLC0415  as above
    from alcaide.common.signing.services import Place, What, note  # noqa: PLC0415  as above
    from alcaide.common.trail import System, audit, writing  # noqa: PLC0415  as above
    from alcaide.project.prepare import link_for  # noqa: PLC0415  as above
    from alcaide.project.signing.lost import take_away  # noqa: PLC0415  as above

    try:
        user = User.objects.filter(email=chosen.email.strip().lower(), is_active=True).first()
        if user is None:
            raise Stop(f"No active user has the address {chosen.email}. Check its spelling.", code=1)
        with writing():
            audit(System("terminal"), "make_sign_in_link", subject=user.subject)
            note(What.LINK, Place(None, "Terminal"), user=user)
        if chosen.forget_factors:
            take_away(System("terminal"), user, why="asked for at the machine itself")
    except DatabaseError as fault:
        raise Stop(f"The database cannot be read ({fault}). Run `alcaide check`, which says what to do.") from fault
    say(link_for(user, chosen.address.rstrip("/")))
    return 0


LINK = Command("link", "make a one-time sign-in link for a user", _arguments, _run)
