"""`alcaide demo`: build an example organization in an empty installation."""

import os
from argparse import ArgumentParser, Namespace

from alcaide.project.home import HomeUnusable, current

from .base import Command, Stop, say
from .house import load

SIZES = ("S", "M", "L")


def _arguments(parser: ArgumentParser) -> None:
    parser.description = (
        "Builds an example organization, in an installation that holds none yet. S is a food company of 240 people "
        "with two plants, an office and a warehouse, told in full. M (5,000 people, 10,000 assets, 100,000 findings) "
        "and L (20,000 people, 100,000 assets, 1,000,000 findings, 10,000 scenarios) are drawn by chance, to try what "
        "many rows do. Progress is shown; one that is broken off has to be begun anew."
    )
    parser.add_argument("--size", choices=SIZES, default="S", help="how large (S)")
    parser.add_argument("--seed", type=int, help="another seed draws another organization of size M or L")


def _run(chosen: Namespace) -> int:
    if chosen.seed is not None and chosen.size == "S":
        raise Stop("Size S is one told organization: it takes no seed. Choose --size M or L, or leave --seed out.")
    os.umask(0o077)
    try:
        current().prepare()
    except HomeUnusable as fault:
        raise Stop(str(fault)) from fault
    load()
    from alcaide.project.example import build  # noqa: PLC0415  Django is ready only now
    from alcaide.project.prepare import prepare_database  # noqa: PLC0415  Django is set up only now
    from alcaide.project.sizes import SEED, SIZES, NotEmpty, make, must_be_empty  # noqa: PLC0415  as above

    prepare_database()
    try:
        must_be_empty()
        if chosen.size == "S":
            chief = build()
        else:
            chief = make(SIZES[chosen.size], say=say, seed=SEED if chosen.seed is None else chosen.seed)
    except NotEmpty as refused:
        raise Stop(str(refused)) from refused
    say(f"The example organization is built. `alcaide link {chief.email}` lets you in.")
    return 0


DEMO = Command("demo", "build an example organization in an empty installation", _arguments, _run)
