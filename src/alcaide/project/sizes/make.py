"""Makes a whole organization of a size, in the order in which one thing needs another."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection
from django.utils import timezone

from alcaide.common.bulk import renew_statistics
from alcaide.common.models import Bulk, User
from alcaide.common.trail import audit, writing
from alcaide.organization import services as organization
from alcaide.organization.models import Organization
from alcaide.organization.queries import root_unit, the_organization
from alcaide.project.example.door import open_to_look
from alcaide.risk import services as risk

from .catalogue import make_catalogue
from .decided import make_decisions, state_facts
from .doubts import make_doubts
from .estate import make_estate
from .flaws import Flaws
from .making import CHIEF, CURRENCY, HOUSE, Making, today_at
from .people import make_folk
from .ports import make_ports, make_verdicts
from .programme import make_programme
from .sizes import Size
from .staff import make_staff
from .talk import make_talk
from .told import make_told
from .tolerated import make_tolerances

SEED = 20261123
# Names the making for as long as it lasts; unfinished, it tells that the installation is of no use.
MARK = "demo"
# The sum that a year may pass in one of twenty, for each scenario there is.
APPETITE_EACH_MINOR = 4_000_000_00


class NotEmpty(RuntimeError):
    """The installation holds an organization; the message says whether it was made whole."""


def must_be_empty() -> None:
    """Refuse an installation that holds anything. Raises NotEmpty."""
    if not Organization.objects.exists():
        return
    if Bulk.objects.filter(key=MARK, finished_at__isnull=True).exists():
        raise NotEmpty(
            "The making of an example organization was broken off here, so this installation is unfinished. "
            "Begin anew: give another ALCAIDE_HOME (on PostgreSQL an empty database as well), or delete this one."
        )
    raise NotEmpty(
        "This installation holds an organization already; the example would mix with it. Use another ALCAIDE_HOME."
    )


def make(size: Size, *, say: Callable[[str], None], seed: int = SEED, now: datetime | None = None) -> User:
    """Make the organization and return its chief. Raises NotEmpty.

    Equal seeds, sizes and days make equal organizations, but for the identifiers of the organization, its top unit,
    its chief and the reports. It is not one write: killed in the middle, `must_be_empty` tells.
    """
    must_be_empty()
    making = Making(size, seed, today_at(6, now=now or timezone.now()), say)
    chief = _found(making)
    folk = make_folk(making, chief)
    make_told(making, folk)
    make_staff(making, folk)
    things = make_estate(making, folk)
    make_doubts(making, things, chief.pk)
    catalogue = make_catalogue(making)
    state_facts(making, catalogue)
    Flaws(making, catalogue, folk).make(things)
    make_decisions(making, folk)
    make_ports(making, things)
    make_verdicts(making, catalogue, things)
    scenarios = make_programme(making, folk)
    make_talk(making, folk.users, things, scenarios)
    run = risk.refresh(HOUSE, cause="The first figures")
    making.tell("run of the figures", 1 if run else 0)
    make_tolerances(making, folk)
    _finish(making)
    return chief


def _found(making: Making) -> User:
    """Found the organization, and mark in the same write that it is being made."""
    with writing():
        chief = organization.found(
            HOUSE, name="Almena Foods", currency=CURRENCY, time_zone="Europe/Madrid", chief_email=CHIEF[0],
            chief_name=CHIEF[1], is_example=True,
        )  # fmt: skip
        organization.set_appetite(
            HOUSE, unit=root_unit(), limit_minor=APPETITE_EACH_MINOR * making.size.scenarios, currency=CURRENCY,
            chance=0.05, note="Invented for the example",
        )  # fmt: skip
        open_to_look(HOUSE)
        making.about = the_organization().subject
        Bulk.objects.create(key=MARK, verb="make_organization", about=making.about)
    return chief


def _finish(making: Making) -> None:
    with writing():
        Bulk.objects.filter(key=MARK).update(finished_at=timezone.now())
        audit(HOUSE, "make_organization", subject=making.about, after={"size": making.size.name, "seed": making.seed})
    renew_statistics()
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        # What the database does by itself some minutes after a million rows, so that pages can be looked at now.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
