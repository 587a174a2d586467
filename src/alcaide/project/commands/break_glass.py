"""`alcaide break-glass`: make the sealed credential for emergencies; it is printed once, for the safe."""

from argparse import ArgumentParser, Namespace

from .base import Command, Stop, say
from .house import load


def _arguments(parser: ArgumentParser) -> None:
    parser.description = (
        "Prints a credential that lets whoever holds it in once, as an administrator, for some hours. Keep it on paper "
        "in a safe. Its use tells every chief, administrator and auditor at once and must be reviewed. A credential "
        "made before and not used ends."
    )
    parser.add_argument("--hours", type=int, default=4, choices=range(1, 25), metavar="1–24", help="how long (4)")


def _run(chosen: Namespace) -> int:
    load()
    from django.db import DatabaseError  # noqa: PLC0415  needs the house, loaded above

    from alcaide.common.signing.breaking import NotReviewed, seal_new  # noqa: PLC0415  as above
    from alcaide.common.trail import System  # noqa: PLC0415  as above

    try:
        credential = seal_new(System("terminal"), hours=chosen.hours)
    except NotReviewed as fault:
        raise Stop(" ".join(fault.messages), code=1) from fault
    except DatabaseError as fault:
        raise Stop(f"The database cannot be read ({fault}). Run `alcaide check`, which says what to do.") from fault
    say(f"\n  {credential}\n")
    say("Write it down, seal it, put it in the safe: it is not shown again. It works once, at /sign-in/break-glass/.")
    return 0


BREAK_GLASS = Command("break-glass", "make the sealed credential for emergencies", _arguments, _run)
